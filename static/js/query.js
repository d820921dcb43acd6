// Unfolds the further fields of a query form; a form that was queried by one of them starts open (class "open").
(function () {
  "use strict"
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-query-unfold]")
    if (!button) return
    const form = button.closest("[data-query]")
    const open = form.classList.toggle("open")
    button.setAttribute("aria-expanded", String(open))
    button.querySelector("[data-fold-word]").textContent = open ? "收起" : "展开"
    if (open) {
      const first = form.querySelector(".query-more input, .query-more select")
      if (first) first.focus()
    }
  })
})()
