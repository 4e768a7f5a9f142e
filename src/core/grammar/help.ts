/** Help as notices; what it says about each command is in command/specs. */
import { commandCalled, KINDS, specOf, SPECS, type CommandKind } from '../command/command'
import { GROUPS, type Spec } from '../command/values/spec'
import type { Notice, Part, Run } from '../notice/notice'
import { runsOf } from '../notice/prose'
import { shown } from '../text/shown'
import { didYouMean, nearest } from '../text/suggest'
import { brieflyIn, usageIn } from './usage'

const WHOM = {
  'anyone listed': 'everybody on a list of the policy',
  ask: 'people who may ask for GPUs',
  approve: 'approvers',
  administer: 'administrators',
} satisfies Record<Spec['needs'], string>

const text = (runs: Run[]): Part => ({ kind: 'text', runs })
const note = (sentence: string): Part => ({ kind: 'note', runs: runsOf(sentence) })

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
  const groups = GROUPS.map((title) => ({
    title,
    specs: SPECS.filter(({ group, name }) => group === title && may(name)),
  })).filter(({ specs }) => specs.length > 0)
  if (groups.length === 0)
    return {
      summary: 'The policy lets you use none of the commands.',
      tone: 'bad',
      parts: [
        text(['The policy lets you use none of the commands. An administrator of this bot can add you.']),
      ],
    }
  const sections = groups.map(({ title, specs }) => {
    const lines = specs.flatMap((spec): Run[] => [
      '\n',
      { code: brieflyIn(spec) },
      '  ',
      ...runsOf(spec.says),
    ])
    return text([{ strong: title }, ...lines])
  })
  return {
    summary: `You may use: ${groups.flatMap(({ specs }) => specs.map(({ name }) => name)).join(', ')}.`,
    tone: 'plain',
    parts: [
      { kind: 'title', text: 'GPU commands' },
      ...sections,
      note('`help COMMAND` shows its flags and examples. A GPU is written `hv01/gpu0`.'),
    ],
  }
}

const one = (kind: CommandKind): Notice => {
  const spec = specOf(kind)
  const { says, examples, notes = [] } = spec
  const usage = usageIn(spec)
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
  const whom = WHOM[specOf(kind).needs]
  const summary = `\`${kind}\` is for ${whom}.`
  return {
    summary: `${kind} is for ${whom}.`,
    tone: 'bad',
    parts: [text(runsOf(`${summary} \`help\` shows what you may use.`))],
  }
}

const unknownTopic = (topic: string, may: (kind: CommandKind) => boolean): Notice => {
  const hint = didYouMean(nearest(topic.trim(), KINDS.filter(may)).map((kind) => `help ${kind}`))
  const summary = `\`${shown(topic)}\` is not a command.`
  return {
    summary: `${shown(topic)} is not a command.`,
    tone: 'bad',
    parts: [text(runsOf(`${summary} ${hint === null ? '' : `${hint} `}\`help\` lists the commands.`))],
  }
}
