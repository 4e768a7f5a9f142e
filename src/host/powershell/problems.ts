/** Problem codes of devices: a number, or in newer PnpDevice modules its name. Source: Microsoft, "Error codes in Device Manager". */

const PROBLEMS: Readonly<Record<string, number>> = {
  CM_PROB_NONE: 0,
  CM_PROB_NOT_CONFIGURED: 1,
  CM_PROB_FAILED_START: 10,
  CM_PROB_NORMAL_CONFLICT: 12,
  CM_PROB_NEED_RESTART: 14,
  CM_PROB_DISABLED: 22,
  CM_PROB_FAILED_INSTALL: 28,
  CM_PROB_FAILED_ADD: 31,
  CM_PROB_FAILED_POST_START: 43,
}
const NOT_CONFIGURED = 1

/** The code; a name that is not known stands for "does not work", an empty text for "works". */
export const problemOf = (text: string): number => {
  const number = PROBLEMS[text] ?? Number(text === '' ? '0' : text)
  return Number.isInteger(number) ? number : NOT_CONFIGURED
}
