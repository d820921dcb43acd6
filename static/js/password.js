// [data-show-password="<id>"]: shows or hides what is typed in that field. The button is hidden without script.
(function () {
  "use strict"
  document.querySelectorAll("[data-show-password]").forEach(function (button) {
    const field = document.getElementById(button.getAttribute("data-show-password"))
    button.hidden = false
    button.addEventListener("click", function () {
      const show = field.type === "password"
      field.type = show ? "text" : "password"
      button.textContent = show ? "隐藏" : "显示"
      button.setAttribute("aria-pressed", String(show))
    })
  })
})()
