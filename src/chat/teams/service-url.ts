// A reply carries the bot's token, so it goes to Microsoft alone, wherever a payload points. The hosts are those of the
// public cloud and of GCC, as Microsoft lists them for proactive messages; the other clouds have issuers of their own.
import type { TeamsConfig } from './config'

const hosts = new Set(['smba.trafficmanager.net', 'smba.infra.gcc.teams.microsoft.com'])

/** Microsoft, "Proactive messages", for a bot that has not heard from the conversation yet. */
const homes = {
  public: 'https://smba.trafficmanager.net/teams/',
  gcc: 'https://smba.infra.gcc.teams.microsoft.com/teams',
} as const

/** Where a conversation is reached of which nothing but the id is known. */
export const homeServiceUrl = (config: TeamsConfig | null): string => {
  if (config === null) return homes.public
  return config.cloud.kind === 'local' ? config.cloud.serviceUrl : homes[config.cloud.government ?? 'public']
}

/** May the bot send its token there? */
export const isAllowedServiceUrl = ({ cloud }: TeamsConfig, serviceUrl: string): boolean => {
  if (cloud.kind === 'local') return serviceUrl === cloud.serviceUrl
  if (!URL.canParse(serviceUrl)) return false
  const { protocol, hostname, port, username, password } = new URL(serviceUrl)
  return protocol === 'https:' && hosts.has(hostname) && port === '' && username === '' && password === ''
}
