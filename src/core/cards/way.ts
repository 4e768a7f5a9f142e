/** A way out as a button: pressing it says the command. */
import type { Way } from '../drift/findings'
import { format } from '../grammar/format'
import type { Part } from '../notice/notice'

export const wayButton = ({
  label,
  command,
  confirm,
}: Way): Extract<Part, { kind: 'buttons' }>['buttons'][number] => ({
  label,
  style: 'plain',
  press: { kind: 'say', text: format(command) },
  ...(confirm ? { confirm } : {}),
})
