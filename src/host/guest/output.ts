/** Text that a guest printed, before anybody sees it. */
/* eslint-disable no-control-regex -- control characters are what is looked for */
import { isHidden } from '../../core/text/shown'

/**
 * Terminal sequences, in both their forms (ESC and the eight-bit control characters): commands (CSI), strings up to
 * their end or that of the line (titles and links: OSC; DCS, SOS, PM, APC), and short ones.
 */
const SEQUENCES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\n\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g

/** Without terminal sequences, and without control, bidirectional and other characters that nobody sees. */
export const plainText = (text: string): string =>
  Array.from(text.replace(SEQUENCES, ''))
    .filter((character) => character === '\n' || character === '\t' || !isHidden(character))
    .join('')
