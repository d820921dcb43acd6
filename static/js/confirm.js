// Asks before a deed. Two ways, one dialog:
//   <button data-confirm="确定停用？" data-confirm-text="停用后不能登录。" data-confirm-deed="确定停用"> inside a form;
//   <a data-dialog href="…">: the confirmation page behind the link ([data-confirm-body]) is shown in the dialog.
(function () {
  "use strict"
  const dialog = document.getElementById("dialog")
  if (!dialog || !window.bootstrap) return
  const body = dialog.querySelector("[data-dialog-body]")
  const own = body.innerHTML
  let pressed = null

  function show() { window.bootstrap.Modal.getOrCreateInstance(dialog).show() }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-confirm]")
    if (!button || button.hasAttribute("data-confirmed")) return
    event.preventDefault()
    event.stopPropagation()
    pressed = button
    body.innerHTML = own
    body.querySelector("[data-dialog-title]").textContent = button.getAttribute("data-confirm")
    body.querySelector("[data-dialog-text]").textContent = button.getAttribute("data-confirm-text") || ""
    const deed = body.querySelector("[data-dialog-deed]")
    deed.className = button.classList.contains("btn-primary") ? "btn btn-primary" : "btn btn-outline-danger"
    deed.textContent = button.getAttribute("data-confirm-deed") || button.textContent.trim()
    show()
  }, true)

  dialog.addEventListener("click", function (event) {
    if (!event.target.closest("[data-dialog-deed]") || !pressed) return
    pressed.setAttribute("data-confirmed", "")
    pressed.click()
    pressed.removeAttribute("data-confirmed")
    window.bootstrap.Modal.getOrCreateInstance(dialog).hide()
  })

  // <fieldset data-ticking="part-some">: ticking a box inside chooses what the box belongs to.
  document.addEventListener("change", function (event) {
    const part = event.target.closest("[data-ticking]")
    if (part && event.target.type === "checkbox" && event.target.checked) {
      document.getElementById(part.getAttribute("data-ticking")).checked = true
    }
  })

  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[data-dialog]")
    if (!link || event.ctrlKey || event.shiftKey || event.metaKey) return
    event.preventDefault()
    fetch(link.href, { credentials: "same-origin" })
      .then(function (response) { return response.text() })
      .then(function (text) {
        const found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-confirm-body]")
        if (!found) { window.location.href = link.href; return }
        found.classList.remove("card", "answer")
        const title = found.querySelector(".answer-title")
        if (title) title.id = "dialog-title"
        body.innerHTML = ""
        body.appendChild(document.adoptNode(found))
        show()
      })
      .catch(function () { window.location.href = link.href })
  })
})()
