// Only “已保存” leaves by itself.
(function () {
  "use strict"
  document.querySelectorAll("[data-vanish]").forEach(function (note) {
    setTimeout(function () {
      note.classList.add("note-leaving")
      setTimeout(function () { note.remove() }, 400)
    }, 4000)
  })
  const summary = document.querySelector("[data-error-summary]")
  if (summary) summary.focus()
})()
