// Ticking rows inside [data-tickrows]: tick all, count, clear, and the buttons that need ticked rows.
(function () {
  "use strict"
  function rows(area) { return Array.prototype.slice.call(area.querySelectorAll("tbody .tick input[type=checkbox]")) }

  function refresh(area) {
    const boxes = rows(area)
    const ticked = boxes.filter(function (box) { return box.checked }).length
    boxes.forEach(function (box) { box.closest("tr").classList.toggle("chosen", box.checked) })
    area.querySelectorAll("thead .tick input[type=checkbox]").forEach(function (all) {
      all.checked = ticked > 0 && ticked === boxes.length
      all.indeterminate = ticked > 0 && ticked < boxes.length
    })
    area.querySelectorAll("[data-needs]").forEach(function (button) {
      const one = button.getAttribute("data-needs") === "one"
      const enough = one ? ticked === 1 : ticked > 0
      button.disabled = !enough
      button.title = enough ? "" : one ? "请先勾选一行" : "请先勾选"
    })
    area.querySelectorAll("[data-ticked]").forEach(function (note) { note.hidden = ticked === 0 })
    area.querySelectorAll("[data-ticked-count]").forEach(function (number) { number.textContent = String(ticked) })
  }

  document.addEventListener("change", function (event) {
    const area = event.target.closest("[data-tickrows]")
    if (!area || !event.target.closest(".tick")) return
    if (event.target.closest("thead")) rows(area).forEach(function (box) { box.checked = event.target.checked })
    refresh(area)
  })
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-untick]")
    if (!button) return
    const area = button.closest("[data-tickrows]")
    rows(area).forEach(function (box) { box.checked = false })
    refresh(area)
  })

  function start() { document.querySelectorAll("[data-tickrows]").forEach(refresh) }
  start()
  window.addEventListener("pageshow", start)
  document.addEventListener("htmx:afterSwap", start)
})()
