// Slack's confirmation dialog in front of a button.
import { byId } from './dom.js'
import { textObject } from './mrkdwn.js'

/** Resolves true when the person confirms. Escape and a press beside the dialog mean no. */
export const confirmed = (dialog, style, names) =>
  new Promise((resolve) => {
    const box = byId('confirm')
    byId('confirm-title').textContent = dialog.title.text
    byId('confirm-text').replaceChildren(...[textObject(dialog.text, names)].flat(Infinity))
    byId('confirm-yes').textContent = dialog.confirm?.text ?? 'Yes'
    byId('confirm-yes').className =
      `button ${dialog.style === 'danger' || style === 'danger' ? 'danger' : 'primary'}`
    byId('confirm-no').textContent = dialog.deny?.text ?? 'Cancel'
    box.returnValue = 'no'
    box.onclose = () => resolve(box.returnValue === 'yes')
    box.onclick = (event) => {
      if (event.target === box) box.close('no')
    }
    box.showModal()
    byId('confirm-yes').focus()
  })
