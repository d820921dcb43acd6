// [data-submit-on-change]: asks again a moment after the last change, so that a date typed digit by digit is not asked for half-way.
(function () {
  "use strict"
  let waiting = 0
  document.addEventListener("change", function (event) {
    const field = event.target.closest("[data-submit-on-change]")
    if (!field || !field.form) return
    clearTimeout(waiting)
    waiting = setTimeout(function () {
      if (field.form.checkValidity()) field.form.submit()
    }, 800)
  })
})()
