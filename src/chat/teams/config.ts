/** Where the bot's tokens come from and where its messages go. The local cloud exists for the playground and for tests. */
type TeamsCloud =
  | {
      readonly kind: 'microsoft'
      readonly appPassword: string
      /** The Government Community Cloud, which has an address of its own; absent: the public cloud. */
      readonly government?: 'gcc'
    }
  | {
      readonly kind: 'local'
      readonly openIdMetadataUrl: string
      readonly serviceUrl: string
      /** What the bot shows to the local Bot Connector. */
      readonly botToken: string
    }

/** One bot of one tenant: it serves nobody else. Ids are GUIDs in lower case. */
export interface TeamsConfig {
  readonly appId: string
  readonly tenantId: string
  readonly cloud: TeamsCloud
}

export const callTimeoutMs = 10_000
