/** `history`: what was done by requests, and what others changed on hosts, as one row of events. */
import { EVENT_WORDS } from '../../core/request/words'
import { HISTORY_A_PAGE, historyNotice } from '../../core/answers/history'
import type { HistoryLine } from '../../core/cards/lines'
import { pageOf } from '../../core/answers/paging'
import { authorityWords } from '../../core/cards/approvals'
import { titleOf } from '../../core/cards/plan'
import type { Command } from '../../core/command/command'
import { shown } from '../../core/text/shown'
import { idInShort } from '../../core/command/values/names'
import { changeSentence } from '../../core/drift/words'
import type { Notice } from '../../core/notice/notice'
import type { Policy } from '../../core/policy/policy'
import type { Request, RequestChange } from '../../core/request/request'
import type { Db } from '../../store/database'
import { adoptions, type Adopted } from '../../store/adoptions'
import { driftHistory } from '../../store/drift'
import { history, type PastEvent } from '../../store/history'
import { requestsById } from '../../store/requests'
import type { Context } from '../context/context'

const ROWS = 400

export const historyOf = async (
  context: Context,
  { name, page }: Extract<Command, { kind: 'history' }>,
): Promise<Notice> => {
  const names = name === undefined ? null : namesOf(context.policy.inForce(), name)
  const events = (await history(context.db, { limit: ROWS, mentioning: names })).map((event): Entry => ({
    at: event.at,
    event,
  }))
  const drift = (await driftHistory(context.db, { limit: ROWS, about: names })).map(
    ({ at, change }): HistoryLine => ({ at, of: null, what: changeSentence(change), by: null }),
  )
  const adopted = (await adoptions(context.db, ROWS))
    .filter(({ host, from, by }) => names === null || isNamed([host, from, by, by.split('/')[1]], names))
    .map(lineOfAdoption)
  const all = [...events, ...drift, ...adopted].sort((a, b) => b.at - a.at).slice(0, ROWS)
  const id = all.length === 0 && name !== undefined ? idInShort(name) : null
  if (id !== null) return historyOf(context, { kind: 'history', name: id, page })
  const here = pageOf(all, page, HISTORY_A_PAGE)
  return historyNotice({
    shown: { ...here, lines: await linesOf(context.db, here.lines) },
    count: all.length,
    name,
  })
}

/** What a request went through, or what is told already. */
type Entry = { readonly at: number; readonly event: PastEvent } | HistoryLine

/** Only the requests of one page are read. */
const linesOf = async (db: Db, entries: readonly Entry[]): Promise<HistoryLine[]> => {
  const ids = entries.flatMap((each) => ('event' in each ? each.event.of : []))
  const requests = await requestsById(db, ids)
  return entries.map((each) =>
    'event' in each ? lineOfEvent(each.event, requests.get(each.event.of)) : each,
  )
}

/** In small letters. A person is meant by their name in the policy, by the id of an account, or as Slack mentions them. */
const namesOf = (policy: Policy, typed: string): string[] => {
  const name = (/^<@([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(typed)?.[1] ?? typed.replace(/^@/, '')).toLowerCase()
  const person = [...policy.people].find(
    ([each, accounts]) =>
      each.toLowerCase() === name ||
      accounts.some((account) => account.split('/')[1]?.toLowerCase() === name),
  )
  return [name, ...(person?.[1] ?? []).map((account) => account.toLowerCase())]
}

const isNamed = (about: readonly (string | null | undefined)[], names: readonly string[]): boolean =>
  about.some((each) => each !== null && each !== undefined && names.includes(each.toLowerCase()))

const lineOfAdoption = ({ host, from, by, at, doneAt }: Adopted): HistoryLine => ({
  at: doneAt ?? at,
  of: host,
  by,
  what: `taken over from ${from}`,
})

const lineOfEvent = ({ at, by, what, of }: PastEvent, request: Request | undefined): HistoryLine => {
  const words = isChange(what) ? EVENT_WORDS[what] : `${shown(what)}:`
  const title = request ? lowered(titleOf(request.plan)) : 'something that cannot be read'
  const authority = request && what === 'claim' ? `, on ${authorityWords(request)}` : ''
  return { at, by, of, what: `${words} ${title}${authority}` }
}

const isChange = (what: string): what is RequestChange => what in EVENT_WORDS

const lowered = (title: string): string => title.charAt(0).toLowerCase() + title.slice(1)
