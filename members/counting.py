"""How many people lie in a subtree, for the preview of a grant."""

from django.utils import timezone

from branches.models import Organization
from branches.outlook import Line
from members.models import CadreTerm, Member


def people_in(organization: Organization) -> list[Line]:
    """League members, young people who are none, and cadres: numbers only."""
    people = Member.objects.on_roster().under(organization)
    cadres = CadreTerm.objects.current().under(organization).order_by().values("person").distinct()
    others = Member.objects.under(organization).non_member_youth(timezone.localdate())
    return [
        Line("团员", f"{people.league_members().count():,} 人"),
        Line("非团员青年", f"{others.count():,} 人"),
        Line("团干部", f"{cadres.count():,} 人"),
    ]
