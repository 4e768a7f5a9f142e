/** News as posts: short, one or two lines each, so that several make one message. */
import { counted, forHowLong } from '../text/figures'
import { authorityParts, stateWords } from './approvals'
import { changeNotice } from './change'
import { titleOf } from './plan'
import { runsOf } from '../notice/prose'
import type { Notice, Part, Run } from '../notice/notice'
import { settledBy, type Request } from '../request/request'
import type { News, NewsPlace } from '../news/news'

const text = (...runs: Run[]): Part => ({ kind: 'text', runs })

export const newsNotice = (news: News): Notice => {
  switch (news.kind) {
    case 'request':
      return requestNews(news.request)
    case 'changed':
      return changed(news)
    case 'host':
      return hostNews(news)
    case 'health':
      return healthNews(news)
    case 'fitness':
      return fitnessNews(news)
    case 'lease':
      return leaseNews(news)
    case 'offer':
      return offerNews(news)
    case 'drift':
      return {
        summary: `${nameOf(news)} was changed by somebody else`,
        tone: 'bad',
        parts: [
          text({ strong: nameOf(news) }, ' was changed outside this bot'),
          ...news.found.map((runs) => text(...runs)),
        ],
      }
  }
}

type Of<K extends News['kind']> = Extract<News, { kind: K }>

/** The GPU where it is about one, else the host. */
const nameOf = ({ host, gpus }: NewsPlace): string =>
  gpus !== 'all' && gpus.length > 0 ? gpus.join(', ') : host

const tones: { readonly [S in Request['state']]?: Notice['tone'] } = {
  pending: 'waiting',
  approved: 'working',
  running: 'working',
  'rolled-back': 'bad',
  'needs-attention': 'bad',
}

const requestNews = (request: Request): Notice => {
  const title = titleOf(request.plan)
  const state = stateWords(request)
  return {
    summary: `${request.id} ${title}: ${state}`,
    tone: tones[request.state] ?? 'plain',
    parts: [text({ strong: request.id }, ` ${title}: `, { strong: state }), ...detailsOf(request)],
  }
}

const detailsOf = (request: Request): Part[] => {
  switch (request.state) {
    case 'pending':
      return [askedFor(request)]
    case 'approved':
      return request.authority.kind === 'automatic'
        ? [askedFor(request), ...authorityParts(request)]
        : authorityParts(request)
    case 'denied':
    case 'cancelled':
    case 'resolved': {
      const settled = settledBy(request)
      return settled ? [text('By ', { person: settled.said.by }, because(settled.said.reason))] : []
    }
    case 'rolled-back':
      return [text(request.why), text('Everything is as it was before.')]
    case 'needs-attention':
      return [
        text(request.why),
        text('How the host is, and what repairs it: ', { code: `show ${request.id}` }),
      ]
    case 'void':
      return [text(request.changes.join('\n'))]
    case 'running':
    case 'succeeded':
    case 'expired':
      return []
  }
}

const askedFor = ({ asked }: Request): Part =>
  text('Asked for by ', { person: asked.by }, because(asked.reason))

const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`)

const changed = ({ request, until }: Of<'changed'>): Notice => {
  const notice = changeNotice(request)
  return until === null ? notice : { ...notice, parts: [...notice.parts, text('Until ', { time: until })] }
}

const hostNews = (news: Of<'host'>): Notice =>
  news.is === 'unreachable'
    ? {
        summary: `${news.host} does not answer`,
        tone: 'bad',
        parts: [
          text({ strong: news.host }, ' has not answered since ', { time: news.since }, `: ${news.why}`),
          text('VMs on it may run all the same. What is asked for there waits until it is back.'),
        ],
      }
    : {
        summary: `${news.host} answers again`,
        tone: 'good',
        parts: [text({ strong: news.host }, ` answers again, after ${forHowLong(news.goneMs)}`)],
      }

const apart = ({ gpus }: Of<'health'>): Part =>
  text(
    ...runsOf(
      `In quarantine: nobody else is given it until nvidia-smi shows it in order there, or an administrator says ${gpus === 'all' ? '`resume GPU`' : gpus.map((gpu) => `\`resume ${gpu}\``).join(', ')}.`,
    ),
  )

const healthNews = (news: Of<'health'>): Notice => {
  const { finding, vm } = news
  const where: Run[] = [{ strong: nameOf(news) }, ' in ', { strong: vm }, ': ']
  const name = `${nameOf(news)} in ${vm}`
  switch (finding.is) {
    case 'failing':
      return {
        summary: `${name}: ${finding.why}`,
        tone: 'bad',
        parts: [text(...where, finding.why), text(finding.next), ...(finding.apart ? [apart(news)] : [])],
      }
    case 'working':
      return {
        summary: `${name} works again`,
        tone: 'good',
        parts: [text(...where, 'nvidia-smi shows it in order again')],
      }
    case 'hot':
      return {
        summary: `${name}: ${finding.celsius} °C`,
        tone: 'bad',
        parts: [text(...where, `${finding.celsius} °C, and ${finding.limit} °C is the limit`)],
      }
    case 'cooler':
      return {
        summary: `${name}: ${finding.celsius} °C again`,
        tone: 'good',
        parts: [text(...where, `${finding.celsius} °C, below ${finding.limit} °C again`)],
      }
    case 'memory-errors':
      return {
        summary: `${name}: memory errors`,
        tone: 'bad',
        parts: [
          text(
            ...where,
            `${counted(finding.count, 'error')} of its memory could not be corrected (ECC) since its driver was loaded`,
          ),
        ],
      }
  }
}

const fitnessNews = (news: Of<'fitness'>): Notice => {
  const { why } = news
  const name = nameOf(news)
  if (why === null)
    return {
      summary: `${name} is in order again`,
      tone: 'good',
      parts: [text({ strong: name }, `: ${news.host} shows it in order again`)],
    }
  return {
    summary: `${name} is in quarantine: ${why.is}`,
    tone: 'bad',
    parts: [
      text({ strong: name }, `: ${why.is}`),
      text(...runsOf(`In quarantine: nobody else is given it. ${why.ends}`)),
    ],
  }
}

const LEASE_WORDS = {
  ending: 'the lease ends ',
  over: 'the lease was over ',
  ended: 'the lease ended ',
} as const satisfies { readonly [S in Of<'lease'>['step']]: string }

const leaseNews = (news: Of<'lease'>): Notice => ({
  summary: `${nameOf(news)} in ${news.vm}: ${LEASE_WORDS[news.step].trim()}`,
  tone: news.step === 'ended' ? 'plain' : 'waiting',
  parts: [
    text(
      { strong: nameOf(news) },
      ' in ',
      { strong: news.vm },
      ': ',
      LEASE_WORDS[news.step],
      { time: news.at },
      ', held by ',
      { person: news.holder },
    ),
  ],
})

const offerNews = (news: Of<'offer'>): Notice => ({
  summary: `${nameOf(news)}: ${news.step === 'made' ? 'offered to the next who waits' : 'not taken by whom it was offered to'}`,
  tone: 'plain',
  parts: [
    news.step === 'made'
      ? text({ strong: nameOf(news) }, ' is offered to ', { person: news.to }, ` (${news.entryId}) until `, {
          time: news.until,
        })
      : text({ strong: nameOf(news) }, ' was not taken by ', { person: news.to }, ` (${news.entryId})`),
  ],
})
