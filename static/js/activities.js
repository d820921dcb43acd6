// Recording an activity: today by one tap; the reason shows beside those noted as away; who is ticked is not away.
(function () {
  "use strict"

  function refresh() {
    document.querySelectorAll("[data-attendee]").forEach(function (row) {
      const state = row.querySelector("select")
      row.classList.toggle("away-noted", !!state && state.value !== "")
    })
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-today]")
    if (!button) return
    const day = button.parentNode.querySelector("input")
    if (day.value === button.getAttribute("data-today")) return
    day.value = button.getAttribute("data-today")
    day.dispatchEvent(new Event("input", { bubbles: true }))
    day.dispatchEvent(new Event("change", { bubbles: true }))
  })
  document.addEventListener("change", function (event) {
    if (event.target.closest("[data-attendee]")) refresh()
  })

  refresh()
  window.addEventListener("pageshow", refresh)
  document.addEventListener("htmx:afterSwap", refresh)
})()
