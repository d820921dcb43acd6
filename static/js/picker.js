// <select data-picker-url>: typing asks the address for {"results": [{"value", "text", "note"}]}. Without script the select stays as it is.
(function () {
  "use strict"
  function escaped(text) {
    const span = document.createElement("span")
    span.textContent = text || ""
    return span.innerHTML
  }

  function start(select) {
    if (select.tomselect) return
    const url = select.getAttribute("data-picker-url")
    const picker = new window.TomSelect(select, {
      valueField: "value",
      labelField: "text",
      searchField: [],
      maxOptions: 50,
      loadThrottle: 250,
      plugins: select.multiple ? { remove_button: { title: "移除" } } : {},
      placeholder: select.getAttribute("data-placeholder") || "可输入名称、简称或拼音首字母",
      preload: "focus",
      // The server has matched names, short names and initials already.
      score: function () { return function () { return 1 } },
      shouldLoad: function () { return true },
      load: function (query, done) {
        const chosen = picker.getValue()
        fetch(url + (url.indexOf("?") < 0 ? "?" : "&") + "q=" + encodeURIComponent(query), { credentials: "same-origin" })
          .then(function (response) { return response.json() })
          .then(function (answer) {
            picker.clearOptions(function (option) { return [].concat(chosen).indexOf(option.value) >= 0 })
            done(answer.results)
          })
          .catch(function () { done() })
      },
      render: {
        option: function (item) {
          return "<div>" + escaped(item.text) + (item.note ? "<span class=\"option-note\">" + escaped(item.note) + "</span>" : "") + "</div>"
        },
        item: function (item) { return "<div>" + escaped(item.text) + "</div>" },
        no_results: function () { return "<div class=\"no-results\">没有找到，请换个名称或拼音首字母</div>" },
        loading: function () { return "<div class=\"no-results\">正在读取</div>" },
      },
    })
    select.setAttribute("aria-hidden", "true")
    const described = select.getAttribute("aria-describedby")
    if (described) picker.control_input.setAttribute("aria-describedby", described)
  }

  function startAll(root) {
    if (window.TomSelect) root.querySelectorAll("select[data-picker-url]").forEach(start)
  }
  startAll(document)
  document.addEventListener("htmx:load", function (event) { startAll(event.detail.elt.parentNode || document) })
})()
