/** One notice of every kind that the bot posts, made by the functions that make them, in scenes with fixed times and names. */
import { asideNotice, asidesNotice } from '../../src/core/answers/aside'
import type { Aside } from '../../src/core/inventory/aside'
import { checkNotice } from '../../src/core/answers/check'
import { doneNotice } from '../../src/core/answers/done'
import { historyNotice } from '../../src/core/answers/history'
import { listNotice } from '../../src/core/answers/list'
import { refusalNotice } from '../../src/core/answers/refusal'
import { requestsNotice } from '../../src/core/answers/requests'
import { showNotice } from '../../src/core/answers/show'
import { smiNotice } from '../../src/core/answers/smi'
import { broughtNotice, undeliveredNotice } from '../../src/core/answers/undelivered'
import { digestNotice } from '../../src/core/answers/digest'
import { watchingNotice } from '../../src/core/answers/watching'
import { whoamiNotice } from '../../src/core/answers/whoami'
import { changeNotice } from '../../src/core/cards/change'
import {
  extendedNotice,
  leaseNewsNotice,
  overNotice,
  plea,
  leaseGoesOnNotice,
  notGivenBackNotice,
  leaseReminderNotice,
  takingNotice,
} from '../../src/core/cards/lease'
import { calledOffNotice, givenBackNotice, othersNotice } from '../../src/core/cards/giving-back'
import { consentNotice } from '../../src/core/cards/consent'
import { driftNotice } from '../../src/core/cards/drift'
import { overdueNotice } from '../../src/core/cards/overdue'
import { planNotice } from '../../src/core/cards/plan'
import { lapsedNotice } from '../../src/core/cards/lapsed'
import { reconcileNotice } from '../../src/core/cards/reconcile'
import { requestNotice } from '../../src/core/cards/request'
import { driftFindings } from '../../src/core/drift/findings'
import { verdictParts } from '../../src/core/answers/explain'
import { accepted, refusal } from '../../src/core/errors'
import { helpNotice } from '../../src/core/grammar/help'
import { hostName, type HostView } from '../../src/core/inventory/inventory'
import { resolveAny } from '../../src/core/inventory/names'
import { together } from '../../src/core/notice/together'
import { newsNotice } from '../../src/core/cards/news'
import type { Notice } from '../../src/core/notice/notice'
import { planExtension } from '../../src/core/plan/extension'
import { planShare } from '../../src/core/planner/planner'
import { expectationOf } from '../../src/core/plan/step'
import { replay, type JournalEntry } from '../../src/core/operation/progress'
import { type Request, type RequestEvent, type RequestIn } from '../../src/core/request/request'
import { nextRequest } from '../../src/core/request/transition'
import { readSmi } from '../../src/core/smi/smi'
import { partitionSurvey } from '../../src/core/planner/partition/survey'
import { survey } from '../../src/core/planner/checks/survey'
import { aFleet, aLine, aView, MINUTE, NOW, SECOND, unreadView } from '../core/answers/reading'
import { aLease } from '../core/lease/leases'
import { ask, inputOf, planned } from '../core/planner/scene'
import { aGpu, aHost, aPartition, aVm, GIB } from '../fakes/facts'
import { ACROSS_NOTICES } from './across-notices'
import { QUEUE_NOTICES } from './queue-notices'
import { waysOut } from '../../src/core/drift/ways-out'
import { toldNotices } from './told-notices'
import { barOf } from '../../src/core/inventory/bar'
import type { ModuleFacts } from '../../src/core/fence'
import { aFence, ANOTHER_BOT } from '../fakes/fence'

export const MAYA = 'slack:T0TEAM/U0MAYA'
export const JONAS = 'teams:7c9e6679-7425-40de-944b-e07fc1f90ae7/49c4641c-ab91-4248-aebb-6a7de286397b'

const host = aHost({
  gpus: [aGpu(), aGpu({ acs: 0, model: 'NVIDIA GeForce RTX 4090', memoryBytes: 24 * GIB }, 1)],
  vms: [aVm({ name: 'train-01', state: 'Running' }), aVm({ name: 'render-02', guest: 'windows' }, 2)],
})
const sharing = aHost({
  name: hostName.parse('hv02'),
  os: { caption: 'Microsoft Windows Server 2025 Datacenter', edition: 'server', release: '2025' },
  gpus: [aGpu({ model: 'NVIDIA L40S', memoryBytes: 48 * GIB, partition: aPartition() })],
  vms: [aVm({ name: 'vdi-05' }, 5)],
})
const shared = inputOf({ host: sharing })

const plan = planned(ask('assign', { host, consents: { shutdown: true } }))

const pending: RequestIn<'pending'> = {
  state: 'pending',
  id: 'R-7',
  version: 1,
  plan,
  asked: { by: MAYA, person: 'maya', at: NOW, reason: 'fine-tuning of the new model' },
  needs: [{ rule: 'everything', by: ['approve'], count: 1 }],
  approvals: [],
  channel: { kind: 'channel', chat: 'slack', channel: 'C0GPU' },
  expiresAt: NOW + 30 * MINUTE,
}

const after = (from: Request, ...events: readonly RequestEvent[]): Request =>
  events.reduce((each, event) => {
    const next = nextRequest(each, event)
    if (!next.ok) throw new Error(`${each.state} cannot ${event.kind}`)
    return next.value
  }, from)

const approve: RequestEvent = {
  kind: 'approve',
  by: JONAS,
  person: 'jonas',
  roles: ['approve'],
  at: NOW + 2 * MINUTE,
}
const claim: RequestEvent = { kind: 'claim', at: NOW + 2 * MINUTE + SECOND, fence: 7 }
const END = NOW + 5 * MINUTE

/** What cannot be read: a lease, and one that hangs on nothing. */
const ASIDES: readonly Aside[] = [
  {
    ...{ id: 'S-1', what: 'lease R-12', why: 'Unexpected end of JSON input', toldAt: null },
    blocks: [{ host: 'hv01', gpu: host.gpus[0]!.locationPath }],
  },
  { id: 'S-2', what: 'a sample of nvidia-smi on hv01', why: 'at: expected number', toldAt: null, blocks: [] },
]
/** Kept in case it is asked again. */
const AGAIN: Request['command'] = {
  ...{ kind: 'assign', gpu: 'hv01/gpu0', vm: 'train-01', shutdown: true, powerOff: false },
  ...{ noStart: false, dryRun: false, script: false },
}
const running = after(pending, approve, claim)
const touched: Request = {
  ...pending,
  touches: [
    { holder: JONAS, person: 'jonas', vm: 'train-01', holds: ['hv01/gpu1', 'hv01/gpu2'], by: ['platform'] },
  ],
}
const succeeded = after(running, { kind: 'succeed', at: END, verification: { kind: 'verified' } })

const step = (n: number, direction: 'do' | 'undo' = 'do'): [JournalEntry, JournalEntry] => [
  {
    kind: 'started',
    n,
    direction,
    at: NOW + 3 * MINUTE + n * 4 * SECOND,
    expects: expectationOf(plan.steps[n]!),
  },
  { kind: 'ended', n, direction, at: NOW + 3 * MINUTE + (n * 4 + 3) * SECOND, result: 'done' },
]
const refusedStep = (n: number): JournalEntry[] => [
  step(n)[0],
  {
    kind: 'ended',
    n,
    direction: 'do',
    at: NOW + 3 * MINUTE + (n * 4 + 1) * SECOND,
    result: 'refused',
    detail: 'InvalidState: the device is in use',
  },
  { kind: 'unwinding', at: NOW + 4 * MINUTE, why: `step ${n + 1} was refused` },
]
const allSteps = plan.steps.flatMap((_, n) => step(n))
const undone = [...step(0), ...step(1), ...refusedStep(2), ...step(1, 'undo'), ...step(0, 'undo')]

const card = (
  request: Request,
  entries: readonly JournalEntry[] | null,
  waiting: string | null = null,
): Notice =>
  requestNotice(request, entries && replay(plan, entries), { now: NOW + 3 * MINUTE + 15 * SECOND, waiting })

const views: readonly HostView[] = [aView(host), aView(sharing, { paused: 'requests' }), unreadView('hv03')]
const found = (name: string): Parameters<typeof showNotice>[0]['subject'] => {
  const subject = resolveAny(name, views)
  if (!subject.ok) throw new Error(`${name} is not in the scene`)
  return subject.value
}
const show = (name: string): Notice =>
  showNotice({ subject: found(name), now: NOW, requests: [aLine({ by: MAYA })], leases: [] })

const showBarred = (module: ModuleFacts): Notice =>
  showNotice({
    subject: {
      kind: 'host',
      view: aView({ ...host, module }, { bar: barOf(module, ANOTHER_BOT) }),
    },
    ...{ now: NOW, requests: [], leases: [] },
  })

const list = { kind: 'list', free: false, mine: false, page: 1 } as const
const ONE = { vendors: ['nvidia'] } as const
const smi = (stdout: string, problemCode: number | null = null) =>
  readSmi({ kind: 'ran', exitCode: 0, stdout, problemCode }, ONE)
const SMI_TABLE = [
  'index, name, uuid, driver_version, memory.total [MiB], memory.used [MiB], utilization.gpu [%], temperature.gpu, power.draw [W]',
  '0, NVIDIA A100 80GB PCIe, GPU-8b89b58e-1f2e-4d3c-9b8a-7c6d5e4f3a2b, 580.65.06, 81920 MiB, 2048 MiB, 54 %, 61, 212.30 W',
  '',
].join('\n')

const checks = (gpu: number) => survey(host, host.gpus[gpu]!, host.vms[0]!)

/** By a name that may be a file's. */
const LEASE_END = NOW + 60 * MINUTE
const held = (endsAt: number | null) => aLease({ id: 'R-7', holder: MAYA, at: NOW, endsAt })
const lent = held(LEASE_END)
const { marks, ...rest } = lent
const ended = { ...rest, state: 'grace' as const, endsAt: LEASE_END, until: null }
const givenBack = { ...ended, until: LEASE_END + 30 * MINUTE, givenBack: {} }
const overdue = { ...ended, until: LEASE_END + 30 * MINUTE, overdue: 'train-01 is saved' }
const telling = {
  ...{ at: NOW, caps: { totalMs: null, extensionMs: null }, approvedUntil: null, waitedFor: false },
}

const rolledBack = after(running, {
  kind: 'roll-back',
  at: END,
  why: 'step 3 was refused: InvalidState: the device is in use',
})
const inNeed = after(running, {
  kind: 'need-attention',
  at: END,
  why: 'the undo of step 2 was refused: InvalidState: the device is in use',
  now: ['train-01 is off', 'hv01/gpu0 is disabled on the host'],
  repair: [
    "Enable-PnpDevice -InstanceId 'PCI\\VEN_10DE&DEV_20B5' -Confirm:$false",
    "Start-VM -Name 'train-01'",
  ],
})
const denied = after(pending, {
  kind: 'deny',
  by: JONAS,
  at: NOW + MINUTE,
  reason: 'the GPU is needed for the demo',
})

const repaired = after(inNeed, {
  ...{ kind: 'resolve', at: END + MINUTE, by: JONAS, as: 'undone' },
  found: 'The host was found as it was before.',
})
const HALF_WAY = [...step(0), ...step(1), ...refusedStep(2)]
const FORGOTTEN = aHost({ gpus: [aGpu({ problemCode: null })], dismounted: [aGpu().locationPath] })

export const NOTICES: Readonly<Record<string, Notice>> = {
  ...toldNotices(
    {
      pending,
      approved: after(pending, approve),
      running,
      denied,
      succeeded,
      'rolled-back': rolledBack,
      'needs-attention': inNeed,
      repaired,
      cancelled: after(pending, { kind: 'cancel', by: MAYA, at: NOW + MINUTE }),
      expired: after(pending, { kind: 'expire', at: NOW + 30 * MINUTE }),
      void: after(pending, approve, {
        kind: 'void',
        at: END,
        changes: ['train-01 was Running and is Off now.'],
      }),
      resolved: after(inNeed, {
        kind: 'resolve',
        at: END + MINUTE,
        by: JONAS,
        as: 'found',
        found: 'The host was found in another state, and left so: hv01/gpu0 is with the host.',
      }),
    },
    { card: card(pending, null), asker: MAYA, other: JONAS },
  ),
  'request-pending': card(pending, null),
  'request-approved': card(after(pending, approve), null),
  'request-waiting': card(after(pending, approve), null, 'hv01 is paused'),
  'request-running': card(running, [...step(0), ...step(1), step(2)[0]]),
  'request-undoing': card(running, [...step(0), ...step(1), ...refusedStep(2), ...step(1, 'undo')]),
  'request-succeeded': card(succeeded, allSteps),
  'request-rolled-back': card(rolledBack, undone),
  'request-needs-attention': card(inNeed, HALF_WAY),
  'request-read-again': card(
    after(inNeed, {
      ...{ kind: 'read-again', at: END + MINUTE, by: JONAS, repair: [] },
      now: ['train-01 is off', 'hv01/gpu0 is with the host'],
    }),
    HALF_WAY,
  ),
  'request-undo-again': card(after(inNeed, { kind: 'retry', at: END + MINUTE, by: JONAS }), HALF_WAY),
  'request-repaired': card(repaired, HALF_WAY),
  'request-resolved': card(
    after(
      running,
      { kind: 'need-attention', at: END, why: 'the undo was refused', now: ['off'], repair: [] },
      {
        kind: 'resolve',
        at: END + MINUTE,
        by: JONAS,
        as: 'found',
        found: 'hv01/gpu0 is with the host; train-01 runs',
      },
    ),
    undone,
  ),
  'request-denied': card(denied, null),
  'request-cancelled': card(after(pending, { kind: 'cancel', by: MAYA, at: NOW + MINUTE }), null),
  'request-expired': card(after(pending, { kind: 'expire', at: NOW + 30 * MINUTE }), null),
  'request-void': card(
    after(pending, approve, { kind: 'void', at: END, changes: ['train-01 was Running and is Off now'] }),
    null,
  ),
  'request-touched': card(touched, null),
  'request-objected': card(
    after(touched, {
      ...{ kind: 'answer', by: JONAS, person: 'jonas', at: NOW + MINUTE, answer: 'no' },
      reason: 'my training runs until six',
    }),
    null,
  ),
  'consent-asked': consentNotice(touched, 'jonas'),
  'consent-waived': consentNotice(
    after(touched, { kind: 'break-glass', by: MAYA, at: NOW, reason: 'the service is down' }),
    'jonas',
  ),
  'request-partition': card({ ...pending, plan: planned(planShare(shared, 8 * GIB)) }, null),
  'change-assign': changeNotice(succeeded as RequestIn<'succeeded'>),
  'change-partition': changeNotice({
    ...(succeeded as RequestIn<'succeeded'>),
    plan: planned(planShare(shared, 8 * GIB)),
  }),
  'plan-dry-run': planNotice(plan, {
    script: false,
    verdict: verdictParts(accepted({ kind: 'quorum', needs: pending.needs })),
  }),
  'plan-script': planNotice(plan, { script: true, verdict: [] }),
  list: listNotice({
    views,
    command: list,
    now: NOW,
    requests: [aLine({ by: MAYA })],
    leases: [],
    mine: new Set(),
    offers: new Map(),
  }),
  'list-lent': listNotice({
    views,
    command: list,
    now: NOW,
    requests: [],
    leases: [lent, held(null)],
    mine: new Set(),
    offers: new Map(),
  }),
  'request-lent': card({ ...pending, lease: { kind: 'for', ms: 8 * 60 * MINUTE } }, null),
  'lease-reminder': leaseReminderNotice(lent, 60 * MINUTE, telling),
  'lease-reminder-asks': leaseReminderNotice(lent, 60 * MINUTE, { ...telling, approvedUntil: LEASE_END }),
  'lease-over': overNotice({ ...ended, until: LEASE_END + 60 * MINUTE }, telling),
  'lease-others': othersNotice({ ...ended, until: LEASE_END + 60 * MINUTE }, lent),
  'lease-others-given-back': othersNotice(givenBack, lent),
  'lease-others-called-off': calledOffNotice(lent, lent),
  'lease-given-back': givenBackNotice(givenBack, ['jonas', 'priya']),
  'lease-overdue': overdueNotice(overdue, [{ person: JONAS }]),
  'lease-over-asks': overNotice(ended, telling),
  'lease-extended': extendedNotice(lent),
  'lease-taken': takingNotice(lent, {
    id: 'R-9',
    asked: { by: JONAS, person: 'jonas', at: NOW, reason: '*now*' },
    plan: pending.plan,
  }),
  'lease-not-given-back': notGivenBackNotice(
    lent,
    'it could not be given back by R-8: a step failed',
    telling,
  ),
  'request-waits-until': requestNotice(after(pending, approve), null, {
    ...{ now: NOW, waiting: 'the change freeze year-end' },
    ...{ heldUntil: NOW + 12 * 60 * MINUTE, goodUntil: NOW + 24 * 60 * MINUTE },
  }),
  'request-lapsed': card(
    after(after(pending, approve), {
      kind: 'lapse',
      at: NOW + 24 * 60 * MINUTE,
      why: 'Its approval was good for 1d.',
    }),
    null,
  ),
  'request-judged-otherwise': card(
    after(pending, approve, {
      kind: 'rejudge',
      at: END,
      changes: ['The approval by the rule training was 1 of platform and is now 2 of platform.'],
    }),
    null,
  ),
  'request-void-before-decision': card(
    after(pending, { kind: 'void', at: NOW, changes: ['train-01 runs now'] }),
    null,
  ),
  lapsed: lapsedNotice(
    after(after({ ...pending, command: AGAIN }, approve), {
      kind: 'lapse',
      at: NOW + 24 * 60 * MINUTE,
      why: 'Its approval was good for 1d.',
    }) as RequestIn<'void'>,
  ),
  'request-that-interrupts': card(
    {
      ...pending,
      interrupts: [
        {
          ...{ vm: { id: aVm().id, name: 'train-01' }, hasGpu: true },
          gpus: [{ busyPercent: 87, usedBytes: 34 * GIB, totalBytes: 80 * GIB }],
          processes: [{ name: '<@U0MAYA> *python*', pid: 4121, usedBytes: 34 * GIB }],
          people: ['maya', '@everyone'],
          lastUse: { kind: 'seen', at: NOW },
        },
        {
          ...{ vm: { id: aVm().id, name: 'train-02' }, hasGpu: true },
          ...{ gpus: null, processes: null, people: null, lastUse: null },
        },
      ],
    },
    null,
  ),
  'request-for-more-time': card(
    {
      ...pending,
      plan: planExtension({ ...plan, to: plan.to }, host),
      extends: { lease: lent.id, from: LEASE_END, to: LEASE_END + 240 * MINUTE },
    },
    null,
  ),
  'lease-would-move': takingNotice(lent, {
    ...{ id: 'R-9', asked: { by: JONAS, person: 'jonas', at: NOW } },
    plan: { ...pending.plan, to: pending.plan.to && { ...pending.plan.to, name: 'train-02' } },
    ...{ holder: { account: lent.holder, person: 'maya' }, continues: lent.id },
  }),
  'lease-goes-on': leaseGoesOnNotice(
    { ...lent, id: 'R-9', vm: { ...lent.vm, name: 'train-02' } },
    { ...lent, vm: { ...lent.vm, id: 'e5b9c3a2-0000-0000-0000-00000000000f' as never } },
    { by: JONAS, at: NOW, reason: 'the rack is emptied' },
  ),
  'request-in-place-of-its-holder': requestNotice(
    {
      ...pending,
      asked: { ...pending.asked, by: JONAS, person: 'jonas' },
      holder: { account: MAYA, person: 'maya' },
      continues: lent.id,
    },
    null,
    { now: NOW, waiting: null, continued: lent },
  ),
  'lease-plea': plea(lent, { by: JONAS, reason: 'the demo <!channel>' }, telling),
  'lease-lost': leaseNewsNotice(lent, 'the host shows that train-01 does not have it any more'),
  'list-page-2': listNotice({
    views: aFleet(3, 16),
    command: { ...list, page: 2 },
    now: NOW,
    requests: [],
    leases: [],
    mine: new Set(),
    offers: new Map(),
  }),
  'list-mine-none': listNotice({
    views,
    command: { ...list, mine: true },
    now: NOW,
    requests: [],
    leases: [],
    mine: new Set(),
    offers: new Map(),
  }),
  'show-gpu': show('hv01/gpu0'),
  'show-shared-gpu': show('hv02/gpu0'),
  'show-vm': show('train-01'),
  'show-host': show('hv01'),
  'show-host-other-bot': showBarred({ protocol: 2, fence: aFence(7) }),
  'show-host-old-module': showBarred({ protocol: 1, fence: null }),
  'check-possible': checkNotice({
    alias: 'hv01/gpu0',
    vm: 'train-01',
    ways: [{ mode: 'dda', checks: checks(0) }],
  }),
  'check-not-possible': checkNotice({
    alias: 'hv01/gpu1',
    vm: 'train-01',
    ways: [{ mode: 'dda', checks: checks(1) }],
  }),
  'check-both-ways': checkNotice({
    alias: 'hv02/gpu0',
    vm: null,
    ways: [
      { mode: 'dda', checks: survey(sharing, sharing.gpus[0]!, null) },
      { mode: 'partition', checks: partitionSurvey(sharing, sharing.gpus[0]!, { vm: null, peers: [] }) },
    ],
  }),
  requests: requestsNotice({
    shown: {
      ...{ page: 1, pages: 1 },
      lines: [
        aLine({ id: 'R-9', by: MAYA }),
        aLine({
          id: 'R-8',
          by: JONAS,
          state: 'running',
          action: 'move',
          from: 'render-02',
          waiting: 'hv01 is paused',
        }),
      ],
    },
    count: 2,
    asides: [],
    all: false,
    now: NOW,
  }),
  'requests-unread': requestsNotice({
    shown: { page: 1, pages: 1, lines: [] },
    count: 0,
    asides: ASIDES,
    all: false,
    now: NOW,
  }),
  'aside-told': asidesNotice(ASIDES),
  'aside-shown': asideNotice(
    { ...ASIDES[0]!, toldAt: NOW, source: 'leases', whole: '{"id":"R-12","body":"{"}' },
    { whole: true },
  ),
  history: historyNotice({
    shown: {
      page: 1,
      pages: 1,
      lines: [
        { at: NOW - MINUTE, of: 'R-7', what: 'approved to assign hv01/gpu0 to train-01', by: JONAS },
        { at: NOW - 3 * MINUTE, of: 'R-7', what: 'asked to assign hv01/gpu0 to train-01', by: MAYA },
        {
          at: NOW - 80 * MINUTE,
          of: null,
          what: 'hv01/gpu0 is disabled on its host (it was with its host)',
          by: null,
        },
        { at: NOW - 85 * MINUTE, of: 'hv01', what: 'taken over from bot-00000000000a', by: JONAS },
        { at: NOW - 90 * MINUTE, of: 'R-6', what: 'expired: to release hv01/gpu0', by: null },
      ],
    },
    count: 5,
    name: 'hv01/gpu0',
  }),
  ...QUEUE_NOTICES,
  ...ACROSS_NOTICES,
  'smi-verified': smiNotice('in train-01 on hv01', smi(SMI_TABLE)),
  'smi-failed': smiNotice('in train-01 on hv01', smi('', 43)),
  drift: driftNotice({
    host: 'hv01',
    changes: [
      {
        name: 'place PCI',
        before: {
          of: 'place',
          gpu: 'hv01/gpu0',
          place: { kind: 'assigned', id: aVm().id, name: 'train-01' },
        },
        after: { of: 'place', gpu: 'hv01/gpu0', place: { kind: 'dismounted' } },
      },
      { name: 'vm', before: { of: 'vm', name: 'train-03' }, after: null },
    ],
    restless: true,
  }),
  reconcile: reconcileNotice({
    views: [aView(aHost())],
    findings: driftFindings(
      FORGOTTEN,
      [
        {
          leaseId: 'R-7',
          host: 'hv01',
          locationPath: aGpu().locationPath,
          vm: { id: aVm().id, name: 'train-01' },
        },
      ],
      [],
    ),
    now: NOW,
  }),
  'reconcile-half-way': reconcileNotice({
    views: [aView(aHost())],
    findings: driftFindings(
      FORGOTTEN,
      [],
      [
        {
          requestId: inNeed.id,
          host: FORGOTTEN.name,
          locationPath: aGpu().locationPath,
          ways: waysOut(inNeed, replay(inNeed.plan, HALF_WAY)),
        },
      ],
    ),
    now: NOW,
  }),
  'reconcile-nothing': reconcileNotice({ views: [aView(aHost())], findings: [], now: NOW }),
  whoami: whoamiNotice({
    account: MAYA,
    name: 'Maya Lind',
    person: { name: 'maya', accounts: [MAYA] },
    roles: ['ask', 'admin'],
    may: ['ask', 'administer', 'break-glass'],
    unread: [],
  }),
  'whoami-nobody': whoamiNotice({
    account: JONAS,
    name: 'Jonas Berg',
    person: null,
    roles: [],
    may: [],
    unread: [],
  }),
  done: doneNotice('`hv01` is paused: no new steps until `resume hv01`.', JONAS),
  refusal: refusalNotice([
    refusal('not-allowed', 'you may not approve your own request', 'Ask another approver.'),
  ]),
  refusals: refusalNotice([
    refusal('unknown-name', 'there is no GPU `hv01/gpu9`', 'Did you mean `hv01/gpu0`?'),
    refusal('not-possible', 'train-01 runs', 'Add --shutdown, or stop it first.'),
  ]),
  undelivered: undeliveredNotice(card(pending, null), 'R-7', {
    code: 'not_in_channel',
    next: 'Say `/invite @GPU ChatOps` in the channel',
  }),
  brought: broughtNotice(smiNotice('in train-01 on hv01', smi(SMI_TABLE)), {
    code: 'not_in_channel',
    next: 'Invite the bot to the channel: /invite @GPU ChatOps',
  }),
  'news-raised': newsNotice({ kind: 'request', request: pending }),
  'news-denied': newsNotice({
    kind: 'request',
    request: after(pending, { kind: 'deny', by: JONAS, at: NOW + MINUTE, reason: 'patch day <!here> *now*' }),
  }),
  'news-changed': newsNotice({
    kind: 'changed',
    request: succeeded as RequestIn<'succeeded'>,
    until: NOW + 480 * MINUTE,
  }),
  'news-several': together(
    newsNotice({ kind: 'host', host: 'hv01', is: 'unreachable', since: NOW, why: 'no route to host' }),
    newsNotice({ kind: 'host', host: 'hv01', is: 'back', goneMs: 12 * MINUTE }),
  ),
  'news-gpu-lost': newsNotice({
    ...{ kind: 'health', host: 'hv01', gpus: ['hv01/gpu0'], vm: 'train-01' },
    finding: { is: 'failing', why: 'the GPU is lost', next: 'Turn the VM off and start it again.' },
  }),
  'news-gpu-unfit': newsNotice({
    ...{ kind: 'fitness', host: 'hv01', gpus: ['hv01/gpu0'] },
    why: {
      is: 'hv01 reports problem code 43 of it (its driver stopped it)',
      ends: 'It ends once hv01 reports the GPU in order: look at it in Device Manager there.',
    },
  }),
  'news-gpu-fit': newsNotice({ kind: 'fitness', host: 'hv01', gpus: ['hv01/gpu0'], why: null }),
  'news-gpu-hot': newsNotice({
    ...{ kind: 'health', host: 'hv01', gpus: ['hv01/gpu0'], vm: 'train-01' },
    finding: { is: 'hot', celsius: 91, limit: 85 },
  }),
  'news-memory-errors': newsNotice({
    ...{ kind: 'health', host: 'hv01', gpus: ['hv01/gpu0'], vm: 'train-01' },
    finding: { is: 'memory-errors', count: 3 },
  }),
  'news-lease-ending': newsNotice({
    ...{ kind: 'lease', step: 'ending', host: 'hv01', gpus: ['hv01/gpu0'], vm: 'train-01' },
    ...{ requestId: 'R-7', holder: MAYA, at: NOW + 30 * MINUTE },
  }),
  'news-offer': newsNotice({
    ...{ kind: 'offer', step: 'made', host: 'hv01', gpus: ['hv01/gpu0'] },
    ...{ entryId: 'Q-3', to: MAYA, until: NOW + 30 * MINUTE },
  }),
  'news-drift': newsNotice({
    ...{ kind: 'drift', host: 'hv01', gpus: ['hv01/gpu0'], requestId: null },
    found: [['It was with ', { strong: 'train-01' }, ' and is with the host.']],
  }),
  digest: digestNotice({
    views,
    now: NOW,
    requests: [
      { ...aLine({ by: MAYA }), host: 'hv01', endedAt: null },
      { ...aLine({ id: 'R-6', by: JONAS, state: 'succeeded' }), host: 'hv01', endedAt: NOW - 60 * MINUTE },
    ],
    holders: new Map(),
    idle: new Map(),
    overdue: [overdue],
    unmatched: ['the rule production names hv01/gpu7 under gpus, and there is none'],
    findings: new Map([['hv01', [[{ strong: 'train-01' }, ': the GPU is lost']]]]),
  }),
  'digest-quiet': digestNotice({
    ...{ views: views.slice(0, 1), now: NOW, requests: [] },
    ...{ holders: new Map(), idle: new Map(), overdue: [], unmatched: [], findings: new Map() },
  }),
  watching: watchingNotice('channel', {
    watched: [
      { scope: 'all', by: JONAS, at: NOW - 60 * MINUTE },
      { scope: 'hv01/gpu0', by: MAYA, at: NOW },
    ],
    digest: { time: '09:00', zone: 'Europe/Berlin', nextAt: NOW + 480 * MINUTE },
  }),
  'watching-nothing': watchingNotice('person', { watched: [], digest: null }),
  help: helpNotice(undefined, () => true),
  'help-assign': helpNotice('assign', () => true),
}
