/** Messages that tell people of their requests come whenever those go on; whoever waits for an answer looks past them. */

const BECAME =
  /\bR-\d+ (?:was (?:approved|denied|cancelled|resolved)|is (?:done|void)|has (?:expired|lapsed)|failed and was undone|stopped halfway)\b/
const TO_WHOM = /(?:^|\s)(?:For|Needs an administrator)\s|See its card/

export const isTold = (text: string): boolean => BECAME.test(text) && TO_WHOM.test(text)
