/** Members of an Entra group, by Microsoft Graph with the bot's own registration. */
import { z } from 'zod'
import { Fault } from '../../core/errors'
import { callTimeoutMs, type TeamsConfig } from './config'

const MOST_PAGES = 100

/** People, devices, other apps and groups in it: one page. Without leave to read people only their ids are told, which will do. */
const page = z.object({
  value: z.array(z.object({ '@odata.type': z.string(), id: z.string() })),
  '@odata.nextLink': z.string().optional(),
})

export interface Graph {
  /** `https://graph.microsoft.com`, and in tests a server of their own. */
  readonly url: string
  /** An access token of the application. Throws when there is none to be had. */
  token(): Promise<string>
}

/** Microsoft's own, with the secret of the registration; null for a local cloud, which has no directory. */
export const graphOf = ({ appId, tenantId, cloud }: TeamsConfig): Graph | null => {
  if (cloud.kind === 'local') return null
  const { appPassword } = cloud
  // Most policies name no group of Entra, and have no need of the SDK.
  const openCredential = async () => {
    const { ClientSecretCredential } = await import('@azure/identity')
    return new ClientSecretCredential(tenantId, appId, appPassword)
  }
  let opened: ReturnType<typeof openCredential> | undefined
  return {
    url: 'https://graph.microsoft.com',
    token: async () => {
      const abortSignal = AbortSignal.timeout(callTimeoutMs)
      const credential = await (opened ??= openCredential())
      return (await credential.getToken('https://graph.microsoft.com/.default', { abortSignal })).token
    },
  }
}

/**
 * The accounts of the people in the group, and in the groups within it. Throws Fault('chat') with the cure.
 * Source: Microsoft Graph v1.0, "List group transitive members": application permission GroupMember.Read.All.
 */
export const entraGroup =
  ({ tenantId }: Pick<TeamsConfig, 'tenantId'>, graph: Graph) =>
  async (id: string): Promise<string[]> => {
    try {
      const accounts: string[] = []
      let next: string | undefined = `${graph.url}/v1.0/groups/${id}/transitiveMembers?$select=id&$top=999`
      for (let pages = 0; next !== undefined; pages++) {
        if (pages === MOST_PAGES) throw new Error(`has more than ${MOST_PAGES} pages of members`)
        const read: z.infer<typeof page> = await pageAt(graph, next)
        const people = read.value.filter((each) => each['@odata.type'] === '#microsoft.graph.user')
        accounts.push(...people.map((each) => `teams:${tenantId}/${each.id.toLowerCase()}`))
        next = read['@odata.nextLink']
      }
      return accounts
    } catch (error) {
      throw new Fault('chat', `reading the Entra group ${id}`, error)
    }
  }

const pageAt = async (graph: Graph, url: string): Promise<z.infer<typeof page>> => {
  if (new URL(url).origin !== new URL(graph.url).origin) throw new Error('its next page is somewhere else')
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${await graph.token()}` },
    signal: AbortSignal.timeout(callTimeoutMs),
    redirect: 'error',
  })
  if (answer.status === 403)
    throw new Error(
      'not permitted: give the registration the application permission GroupMember.Read.All, with consent',
    )
  if (answer.status === 404) throw new Error('there is no such group')
  if (!answer.ok) throw new Error(`Microsoft Graph answered ${answer.status}`)
  return page.parse(await answer.json())
}
