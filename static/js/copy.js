// [data-copy="#id"] puts the text of that field on the clipboard; the word on the button says that it did.
(function () {
  "use strict"
  function said(button) {
    const word = button.textContent
    button.textContent = button.getAttribute("data-copied")
    setTimeout(function () { button.textContent = word }, 2000)
  }

  // Where the page is not served by HTTPS there is no clipboard to ask for; the selection still can be copied.
  function bySelection(field, button) {
    field.focus()
    field.select()
    if (document.execCommand("copy")) said(button)
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy]")
    if (!button) return
    const field = document.querySelector(button.getAttribute("data-copy"))
    if (!navigator.clipboard || !navigator.clipboard.writeText) return bySelection(field, button)
    navigator.clipboard.writeText(field.value).then(
      function () { said(button) },
      function () { bySelection(field, button) }
    )
  })
})()
