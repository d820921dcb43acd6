// [data-print] opens the print window of the browser.
(function () {
  "use strict"
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print()
  })
})()
