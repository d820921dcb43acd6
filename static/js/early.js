// Runs before the page is painted, so that parts which fold away only with script do not flash.
document.documentElement.classList.add("js")
