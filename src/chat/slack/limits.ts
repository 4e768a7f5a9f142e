/**
 * Slack's limits on one message, in characters unless the name says otherwise. Sources: Slack's block reference and
 * slackapi/bolt-js#2509 for the undocumented total, which refuses messages from about 13,200 characters of block JSON.
 */
export const limits = {
  blocks: 50,
  /** All blocks together, as JSON; below the observed limit, since Slack does not say what it counts. */
  totalJson: 12_000,
  fallbackText: 3_000,
  headerText: 150,
  sectionText: 3_000,
  contextText: 2_000,
  buttonText: 75,
  buttonValue: 2_000,
  buttonsPerBlock: 25,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  tableRows: 100,
  tableColumns: 20,
  tableCell: 500,
} as const
