"""The page of 换届 and 离任交接: what ends, what begins, whose rights move."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone

from branches.forms.applications import named_account
from branches.forms.layout import grouped
from branches.models import AccessGrant, Organization, User
from members import cadres, handover
from members.dictionaries import LeaguePost, PostNature
from members.forms.cadres import PLEASE_CHOOSE
from members.handover import Handover, NewPost, Occasion
from members.models import CadreTerm, Member
from tuanjian.fields import OfficeDateField, PersonNameField

NEW_POSTS, OPEN_ROWS = 12, 4


class NewPostForm(forms.Form):
    """One line: who takes over which post. An empty line says nothing."""

    person = forms.CharField(
        label="姓名", max_length=60, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    post = forms.ChoiceField(label="团内职务", required=False)
    nature = forms.ChoiceField(label="性质", required=False, choices=PostNature.choices, initial=PostNature.PART_TIME)
    post_title = forms.CharField(label="职务名称", max_length=40, required=False)

    def __init__(self, *args: Any, organization: Organization, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.user = user
        posts = [(post.value, post.label) for post in cadres.posts_of(organization)]
        self.fields["post"].choices = [PLEASE_CHOOSE, *posts]  # type: ignore[attr-defined]
        for field in self.fields.values():
            # The heading of the column says it to the eye.
            css = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs |= {"class": css, "aria-label": str(field.label)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("person"):
            if data.get("post"):
                self.add_error("person", "请填写姓名，或把职务改回“请选择”。")
            return data
        if not data.get("post"):
            self.add_error("post", f"请选择{data['person']}的团内职务。")
        try:
            data["found"] = self._the_one(data["person"])
        except forms.ValidationError as refusal:
            self.add_error("person", refusal)
        return data

    def _the_one(self, text: str) -> Member:
        people = cadres.find_candidates(self.organization, text=text, by=self.user)
        named = [person for person in people if person.name == text.strip()]
        found = named or people
        if not found:
            raise forms.ValidationError(f"没有找到“{text}”，请核对姓名；名册上没有的人，先在团干部页登记任职。")
        if len(found) > 1:
            raise forms.ValidationError(f"有 {len(found)} 人符合“{text}”，请填写完整姓名或证件号码。")
        return found[0]

    @property
    def new_post(self) -> NewPost | None:
        data = self.cleaned_data
        if "found" not in data:
            return None
        post = LeaguePost(data["post"])
        title = data["post_title"] if post is LeaguePost.OTHER else ""
        return NewPost(data["found"], post, PostNature(data["nature"] or PostNature.PART_TIME), title)


class HandoverForm(forms.Form):
    """Everything of one handover; ``handover`` once it is valid. ``rows`` are the lines of new posts."""

    occasion = forms.ChoiceField(
        label="事由", choices=Occasion.choices, widget=forms.RadioSelect, initial=Occasion.LEAVING
    )
    on = OfficeDateField(
        label="交接日期",
        day_required=True,
        help_text="旧授权到前一天为止，新授权从这一天开始。已经过去的日期，授权从今天起移交。",
        error_messages={"required": "请填写交接日期。"},
    )
    ending = forms.ModelMultipleChoiceField(
        CadreTerm.objects.none(), label="免去的职务", required=False, widget=forms.CheckboxSelectMultiple
    )
    all_posts = forms.BooleanField(label="免去全部现任职务（换届时；连任的在下面重新登记）", required=False)
    leaving = forms.ModelMultipleChoiceField(
        AccessGrant.objects.none(), label="交出的授权", required=False, widget=forms.CheckboxSelectMultiple
    )
    successor = forms.CharField(
        label="接任管理员的账号",
        max_length=50,
        required=False,
        help_text="完整的用户名或手机号。没有账号的，这里留空，在下面填姓名。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    successor_name = PersonNameField(
        label="接任管理员的姓名",
        max_length=50,
        required=False,
        help_text="没有账号时填写，办理后显示注册码；本人使用注册码以前，原管理员继续负责。",
    )
    # What was previewed: whatever changed since is shown again before anything is done.
    confirmed = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, organization: Organization, user: User) -> None:
        super().__init__(data, initial={"on": timezone.localdate()})
        self.organization = organization
        self._offer("ending", handover.posts_to_end(organization))
        self._offer("leaving", handover.grants_to_end(organization))
        lines = forms.formset_factory(NewPostForm, extra=NEW_POSTS, max_num=NEW_POSTS, absolute_max=NEW_POSTS)
        asked = {"organization": organization, "user": user}
        bound = data if data is not None and "posts-TOTAL_FORMS" in data else None
        self.rows = lines(bound, prefix="posts", form_kwargs=asked)

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = rows
            field.label_from_instance = _in_words  # type: ignore[method-assign]

    @property
    def first_rows(self) -> list[NewPostForm]:
        """The lines that stand open."""
        return list(self.rows)[:OPEN_ROWS]

    @property
    def further_rows(self) -> list[NewPostForm]:
        return list(self.rows)[OPEN_ROWS:]

    @property
    def further_rows_used(self) -> bool:
        return any(row["person"].value() or row["post"].value() for row in self.further_rows)

    @property
    def first(self) -> FormHelper:
        return grouped(
            ("事由与日期", ["occasion", "on"]), ("免去的职务", ["all_posts", "ending"]), css_class="form-grid-1"
        )

    @property
    def last(self) -> FormHelper:
        return grouped(("权限移交", ["leaving", "successor", "successor_name"]), css_class="form-grid-1")

    def clean_successor(self) -> User | None:
        return named_account(self.cleaned_data["successor"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("successor") and data.get("successor_name"):
            self.add_error("successor_name", "账号和姓名只填一项：有账号的填账号，没有账号的填姓名。")
        if self.rows.is_bound and not self.rows.is_valid():
            for row in self.rows:
                for sentences in row.errors.values():
                    for sentence in sentences:
                        self.add_error(None, sentence)
        return data

    @property
    def handover(self) -> Handover:
        """What is to be done, once the form is valid."""
        data = self.cleaned_data
        rows = list(self.rows) if self.rows.is_bound else []
        return Handover(
            organization=self.organization,
            occasion=Occasion(data["occasion"]),
            on=data["on"].day,
            ending=tuple(handover.posts_to_end(self.organization) if data["all_posts"] else data["ending"]),
            beginning=tuple(row.new_post for row in rows if row.new_post),
            leaving=tuple(data["leaving"]),
            successor=data["successor"],
            successor_name=data["successor_name"],
        )


def _in_words(obj: CadreTerm | AccessGrant) -> str:
    if isinstance(obj, CadreTerm):
        return str(obj)
    until = f"，至 {obj.ends_on}" if obj.ends_on else ""
    return f"{obj.user}（{obj.get_role_display()}，自 {obj.starts_on}{until}）"
