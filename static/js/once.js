// A form with data-once is handed in once: a second press within it does nothing until the page is shown again.
(function () {
  "use strict"
  document.addEventListener("submit", function (event) {
    const form = event.target
    if (!form.hasAttribute("data-once") || event.defaultPrevented) return
    if (form.hasAttribute("data-sent")) { event.preventDefault(); return }
    form.setAttribute("data-sent", "")
    // After the event, so that the name and value of the pressed button are still handed in.
    setTimeout(function () {
      form.querySelectorAll("button:not([type=button])").forEach(function (button) { button.disabled = true })
    }, 0)
  })
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      form.removeAttribute("data-sent")
      form.querySelectorAll("button:not([type=button])").forEach(function (button) { button.disabled = false })
    })
  })
})()
