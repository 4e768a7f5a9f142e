/**
 * Limits on one message in Teams. Microsoft has documented 28 KB (webhooks), 40 KB and, today, "approximately" 100 KB
 * for a bot's message, the last two counted as UTF-16, with 413 MessageSizeTooBig above ("Format your bot messages").
 * A card of this size stays below each of them with the rest of the activity around it.
 */
export const limits = {
  /** The card as JSON in UTF-8. */
  cardBytes: 18_000,
  summary: 1_000,
  title: 150,
  /** A single value, so that none fills the card. */
  run: 3_000,
  name: 80,
  tableColumns: 4,
  tableCell: 500,
  /** Teams shows six and hides the rest. */
  buttons: 6,
  buttonText: 75,
  buttonData: 2_000,
  confirmTitle: 100,
  confirmText: 300,
} as const
