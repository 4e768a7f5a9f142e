// Where one types: Enter sends, the arrows walk through what was typed before.

/** `send(text)` is called with what was typed into the form; each person has a history of their own, told by `whose()`. */
export const startComposer = (form, send, whose) => {
  const box = form.querySelector('textarea')
  const histories = new Map()
  let at = 0
  const history = () => histories.get(whose()) ?? []

  const grow = () => {
    box.style.height = 'auto'
    box.style.height = `${Math.min(box.scrollHeight, 140)}px`
  }
  const put = (text) => {
    box.value = text
    grow()
    box.setSelectionRange(text.length, text.length)
  }
  const submit = (text) => {
    if (text.trim() === '') return
    histories.set(whose(), [...history().filter((old) => old !== text), text].slice(-50))
    at = history().length
    send(text.trim())
  }
  const walk = (step) => {
    at = Math.max(0, Math.min(history().length, at + step))
    put(history()[at] ?? '')
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit(box.value)
    put('')
  })
  box.addEventListener('input', grow)
  box.addEventListener('keydown', (event) => {
    const single = !box.value.includes('\n')
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      form.requestSubmit()
    } else if (event.key === 'ArrowUp' && single && history().length > 0) {
      event.preventDefault()
      if (at > history().length) at = history().length
      walk(-1)
    } else if (event.key === 'ArrowDown' && single && at < history().length) {
      event.preventDefault()
      walk(1)
    }
  })
  return {
    submit,
    /** Another person sits down: their history begins at its end. */
    changed: () => (at = history().length),
    focus: () => box.focus(),
  }
}
