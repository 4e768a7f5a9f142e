/** Help as notices; what it says about each command is in entries.ts. */
import type { CommandKind } from '../command/command'
import type { Notice, Part, Run } from '../notice/notice'
import { HELP } from './entries'
import type { HelpEntry } from './entries/entry'
import { runsOf } from '../notice/prose'
import { shown } from '../text/shown'
import { didYouMean, nearest } from '../text/suggest'
import { commandCalled } from './synonyms'

export { HELP, type HelpEntry }

const GROUPS: readonly (readonly [string, readonly CommandKind[]])[] = [
  ['Look', ['list', 'show', 'check', 'smi', 'requests', 'history', 'reconcile', 'why']],
  ['Be told', ['watch', 'unwatch']],
  [
    'Ask',
    [
      'assign',
      'move',
      'release',
      'partition',
      'resize',
      'cancel',
      'again',
      'retry',
      'agree',
      'object',
      'postpone',
      'comment',
    ],
  ],
  ['Keep', ['extend', 'done', 'ask']],
  ['Wait', ['queue', 'take', 'leave']],
  ['Decide', ['approve', 'deny']],
  ['Run the hosts', ['pause', 'resume', 'read', 'resolve', 'accept', 'forget', 'adopt', 'reload']],
  ['This bot', ['help', 'whoami']],
]
const WHOM = {
  anyone: 'everybody on a list of the policy',
  requester: 'people who may ask for GPUs',
  approver: 'approvers',
  admin: 'administrators',
} satisfies Record<HelpEntry['needs'], string>

const text = (runs: Run[]): Part => ({ kind: 'text', runs })
const note = (sentence: string): Part => ({ kind: 'note', runs: runsOf(sentence) })

/** The usage without its options: enough to recognise a command by. */
const briefly = (kind: CommandKind): string => HELP[kind].usage.replace(/ --vram.*$|( \[[^\]]*\])+$/, '')

/**
 * Help for everything (no topic) or for one command. Shows only what the caller may do, as `may` says; a topic that
 * is no command, or not theirs, is answered with what is.
 */
export const helpNotice = (topic: string | undefined, may: (kind: CommandKind) => boolean): Notice => {
  if (topic === undefined) return overview(may)
  const kind = commandCalled(topic.trim())
  if (kind === undefined) return unknownTopic(topic, may)
  return may(kind) ? one(kind) : notYours(kind)
}

const overview = (may: (kind: CommandKind) => boolean): Notice => {
  const groups = GROUPS.map(([title, kinds]) => ({ title, kinds: kinds.filter(may) })).filter(
    ({ kinds }) => kinds.length > 0,
  )
  if (groups.length === 0)
    return {
      summary: 'The policy lets you use none of the commands.',
      tone: 'bad',
      parts: [
        text(['The policy lets you use none of the commands. An administrator of this bot can add you.']),
      ],
    }
  const sections = groups.map(({ title, kinds }) => {
    const lines = kinds.flatMap((kind): Run[] => [
      '\n',
      { code: briefly(kind) },
      '  ',
      ...runsOf(HELP[kind].says),
    ])
    return text([{ strong: title }, ...lines])
  })
  return {
    summary: `You may use: ${groups.flatMap(({ kinds }) => kinds).join(', ')}.`,
    tone: 'plain',
    parts: [
      { kind: 'title', text: 'GPU commands' },
      ...sections,
      note('`help COMMAND` shows its flags and examples. A GPU is written `hv01/gpu0`.'),
    ],
  }
}

const one = (kind: CommandKind): Notice => {
  const { usage, says, examples, notes = [] } = HELP[kind]
  return {
    summary: `${usage}: ${says}`,
    tone: 'plain',
    parts: [
      { kind: 'title', text: kind },
      text(runsOf(says)),
      { kind: 'facts', rows: [{ label: 'Usage', runs: [{ code: usage }] }] },
      { kind: 'code', text: examples.join('\n') },
      ...notes.map(note),
    ],
  }
}

const notYours = (kind: CommandKind): Notice => {
  const summary = `\`${kind}\` is for ${WHOM[HELP[kind].needs]}.`
  return {
    summary: `${kind} is for ${WHOM[HELP[kind].needs]}.`,
    tone: 'bad',
    parts: [text(runsOf(`${summary} \`help\` shows what you may use.`))],
  }
}

const unknownTopic = (topic: string, may: (kind: CommandKind) => boolean): Notice => {
  const hint = didYouMean(
    nearest(topic.trim(), (Object.keys(HELP) as CommandKind[]).filter(may)).map((kind) => `help ${kind}`),
  )
  const summary = `\`${shown(topic)}\` is not a command.`
  return {
    summary: `${shown(topic)} is not a command.`,
    tone: 'bad',
    parts: [text(runsOf(`${summary} ${hint === null ? '' : `${hint} `}\`help\` lists the commands.`))],
  }
}
