// The form of a person record. A complete number is looked at as soon as its last character is typed; birth date and sex
// are asked for only where the kind of document does not tell them.
(function () {
  "use strict"
  const form = document.querySelector("[data-member-form]")
  if (!form) return
  const number = form.querySelector("[data-number]")
  const type = form.querySelector("[data-number-type]")
  if (!number || !type) return
  const telling = ["111", "hmt"]
  let asked = number.value

  function look() {
    const plain = number.value.replace(/\s/g, "")
    if (plain.length === 18 && plain !== asked) {
      asked = plain
      number.dispatchEvent(new Event("numberready"))
    }
  }

  function askOtherwise() {
    const told = telling.indexOf(type.value) >= 0 && (number.value.trim() !== "" || number.required || number.placeholder.indexOf("不改请留空") >= 0)
    form.querySelectorAll(".told-otherwise").forEach(function (field) {
      field.hidden = told && !field.querySelector(".is-invalid")
    })
  }

  number.addEventListener("input", function () { look(); askOtherwise() })
  type.addEventListener("change", function () {
    askOtherwise()
    if (number.value.trim()) number.dispatchEvent(new Event("numberready"))
  })
  askOtherwise()
})()
