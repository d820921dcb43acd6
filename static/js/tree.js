// Carets of the tree. The first press loads the children (htmx), later presses only fold and unfold.
(function () {
  "use strict"
  document.addEventListener("click", function (event) {
    const caret = event.target.closest("[data-tree-caret]")
    if (!caret) return
    const children = document.getElementById(caret.getAttribute("aria-controls"))
    const open = caret.getAttribute("aria-expanded") !== "true"
    caret.setAttribute("aria-expanded", String(open))
    if (children) children.hidden = !open
  })
})()
