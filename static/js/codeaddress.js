// [data-code-from-address]: fills in the code a QR picture brought behind the #, and takes it out of the address.
(function () {
  "use strict"
  const field = document.querySelector("[data-code-from-address]")
  const code = decodeURIComponent(location.hash.slice(1))
  if (!field || !/^[0-9A-Za-z-]{8,9}$/.test(code)) return
  if (!field.value) field.value = code
  history.replaceState(null, "", location.pathname + location.search)
  field.focus()
})()
