// Lists the sections of form[data-progress-form] with their state in [data-form-progress]: filled, to fill, to correct.
(function () {
  "use strict"
  const form = document.querySelector("form[data-progress-form]")
  const area = document.querySelector("[data-form-progress]")
  if (!form || !area) return
  const list = area.querySelector("[data-form-progress-list]")
  const sprite = area.getAttribute("data-icons") || document.querySelector("use").getAttribute("href").split("#")[0]

  function icon(name, state) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use")
    svg.setAttribute("class", "icon word-" + state)
    svg.setAttribute("aria-hidden", "true")
    use.setAttribute("href", sprite + "#" + name)
    svg.appendChild(use)
    return svg
  }

  function empty(field) {
    if (field.type === "radio" || field.type === "checkbox") {
      return !form.querySelector("[name=\"" + field.name + "\"]:checked")
    }
    return !field.value.trim()
  }

  function stateOf(section) {
    const wrong = section.querySelectorAll(".field .is-invalid").length
    if (wrong) return ["problem", "exclamation-circle", wrong + " 处要改"]
    const names = {}
    section.querySelectorAll("[required]").forEach(function (field) { if (empty(field)) names[field.name] = true })
    const missing = Object.keys(names).length
    if (missing) return ["care", "exclamation-circle", "还差 " + missing + " 项"]
    return ["good", "check-circle", section.querySelector("[required]") ? "必填已填" : "选填"]
  }

  function refresh() {
    list.textContent = ""
    form.querySelectorAll(".form-section").forEach(function (section) {
      const legend = section.querySelector("legend, h2")
      if (!legend) return
      const state = stateOf(section)
      const row = document.createElement("li")
      row.appendChild(icon(state[1], state[0]))
      row.appendChild(document.createTextNode(legend.textContent))
      const word = document.createElement("span")
      word.className = "group-state word-" + state[0]
      word.textContent = state[2]
      row.appendChild(word)
      list.appendChild(row)
    })
    area.hidden = !list.firstChild
  }

  refresh()
  form.addEventListener("input", refresh)
  form.addEventListener("change", refresh)
  document.addEventListener("htmx:afterSwap", refresh)
})()
