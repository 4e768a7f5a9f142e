// The newest message stays in sight, unless the reader has scrolled away from it.

/** `scroll` holds `parts`, whose sizes change. The result goes to the end and stays there. */
export const keepInSight = (scroll, ...parts) => {
  let atEnd = true
  let sizes = ''
  const measured = () => `${scroll.scrollHeight} ${scroll.clientHeight}`
  const toEnd = () => {
    scroll.scrollTop = scroll.scrollHeight
    atEnd = true
  }
  scroll.addEventListener('scroll', () => {
    // A scroll that comes with a change of size is the browser's own, not the reader's.
    if (measured() !== sizes) return
    atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60
  })
  const resized = new window.ResizeObserver(() => {
    if (atEnd) toEnd()
    sizes = measured()
  })
  for (const element of [scroll, ...parts]) resized.observe(element)
  return toEnd
}
