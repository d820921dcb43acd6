// Keeps the menu groups a user opened open on the next page.
(function () {
  "use strict"
  const KEY = "menu-open"
  let open = []
  try { open = JSON.parse(sessionStorage.getItem(KEY)) || [] } catch (error) { open = [] }

  document.querySelectorAll("[data-menu-group]").forEach(function (group) {
    const name = group.getAttribute("data-menu-group")
    if (open.indexOf(name) >= 0) group.open = true
    group.addEventListener("toggle", function () {
      open = open.filter(function (other) { return other !== name })
      if (group.open) open.push(name)
      try { sessionStorage.setItem(KEY, JSON.stringify(open)) } catch (error) { /* private mode: nothing is kept */ }
    })
  })
})()
