/** What would not work with the Hyper-V modules of every Windows Server, or in Windows PowerShell 5.1. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { commandsOf, FLAVOURS, type Flavour } from '../stubs/modules'

/** As Ast.psm1 writes it. */
export const scriptFacts = z.object({
  errors: z.array(z.string()),
  syntax: z.array(z.string()),
  types: z.array(z.string()),
  members: z.array(z.string()),
  calls: z.array(
    z.object({
      name: z.string(),
      /** With the name of its module before it. */
      qualified: z.boolean(),
      line: z.number(),
      function: z.string(),
      parameters: z.array(z.string()),
      splatted: z.array(z.string()),
      /** Something is piped into it. */
      fed: z.boolean(),
    }),
  ),
  functions: z.array(z.object({ name: z.string(), synopsis: z.string(), mandatory: z.array(z.string()) })),
})
export type ScriptFacts = z.infer<typeof scriptFacts>
type CallFact = ScriptFacts['calls'][number]

const known = z
  .object({
    commands: z.record(z.string(), z.array(z.string())),
    types: z.record(z.string(), z.object({ members: z.array(z.string()) })),
    powershell7: z.record(z.string(), z.object({ commands: z.record(z.string(), z.array(z.string())) })),
  })
  .parse(JSON.parse(readFileSync(join(__dirname, 'windows-powershell.json'), 'utf8')))

const COMMON = [
  'ErrorAction',
  'WarningAction',
  'Verbose',
  'Debug',
  'OutVariable',
  'ErrorVariable',
  'WhatIf',
  'Confirm',
]
const byFlavour = new Map<Flavour, ReadonlyMap<string, readonly string[]>>(
  FLAVOURS.map((flavour) => [
    flavour,
    new Map(commandsOf(flavour).map(({ name, parameters }) => [name, parameters.map((each) => each.name)])),
  ]),
)
/** Where Windows has a command of this name; nowhere for PowerShell's own. */
export const flavoursOf = (command: string): Flavour[] =>
  FLAVOURS.filter((flavour) => byFlavour.get(flavour)?.has(command))

/** Devices are named by their path; without one a command may take any device, or all. */
const BY_PATH = ['Add-VMAssignableDevice', 'Mount-VMHostAssignableDevice', 'Dismount-VMHostAssignableDevice']

/** A restricted session has functions of these names, which take less than the commands do. */
const PROXIED = ['Get-Command', 'Get-Help', 'Measure-Object', 'Out-Default', 'Select-Object']

const unknownParameters = (given: readonly string[], has: readonly string[]): string[] =>
  given.filter((name) => ![...has, ...COMMON].some((each) => each.toLowerCase() === name.toLowerCase()))

const ofWindows = (call: CallFact, script: ScriptFacts): string[] => {
  const flavours = flavoursOf(call.name)
  const given = [...call.parameters, ...call.splatted]
  const at = `${call.name} in line ${call.line}`
  const asks = script.calls.some(
    (each) => each.function === call.function && ['Get-Command', 'Get-PartitionCommand'].includes(each.name),
  )
  return [
    ...flavours.flatMap((flavour) =>
      unknownParameters(given, byFlavour.get(flavour)?.get(call.name) ?? [])
        // The newer parameter is added only where the newer command was found.
        .filter((name) => !(asks && flavoursWith(call.name, name).length > 0))
        .map((name) => `${at}: Windows Server ${flavour} has no -${name}`),
    ),
    ...(flavours.length < FLAVOURS.length && !asks
      ? [`${at}: only in Windows Server ${flavours.join(', ')}, and nothing asks for it first`]
      : []),
    ...(call.parameters.includes('ErrorAction')
      ? []
      : [`${at}: no -ErrorAction, so an error goes unnoticed`]),
    ...(BY_PATH.includes(call.name) && !given.includes('LocationPath') ? [`${at}: no -LocationPath`] : []),
    ...(call.name === 'Remove-VMAssignableDevice' && !given.includes('VMAssignableDevice') && !call.fed
      ? [`${at}: no device, so it may remove all`]
      : []),
  ]
}

const flavoursWith = (command: string, parameter: string): Flavour[] =>
  FLAVOURS.filter((flavour) => byFlavour.get(flavour)?.get(command)?.includes(parameter))

const aboutCall = (call: CallFact, script: ScriptFacts, own: ReadonlySet<string>): string[] => {
  if (call.name === '' || own.has(call.name)) return []
  if (PROXIED.includes(call.name) && !call.qualified)
    return [`${call.name} in line ${call.line}: another one in a restricted session; name its module`]
  if (call.name !== 'Invoke-Command' && flavoursOf(call.name).length > 0) return ofWindows(call, script)
  const allowed = [
    ...(known.commands[call.name] ?? []),
    ...(known.powershell7[call.function]?.commands[call.name] ?? []),
  ]
  if (allowed.length === 0) return [`${call.name} in line ${call.line}: not known to exist in 5.1`]
  return unknownParameters([...call.parameters, ...call.splatted], allowed).map(
    (name) => `${call.name} in line ${call.line}: 5.1 has no -${name}`,
  )
}

/** `own`: names of the functions that belong to the same module. */
export const complaints = (script: ScriptFacts, text: string, own: ReadonlySet<string>): string[] => [
  ...script.errors.map((error) => `does not parse: ${error}`),
  ...script.syntax.map((what) => `5.1 does not understand ${what}`),
  // Windows PowerShell 5.1 reads a file without a byte order mark as ANSI.
  ...(/[^\n\r\t -~]/.test(text) ? ['not ASCII'] : []),
  ...script.types
    .filter((type) => !(type in known.types))
    .map((type) => `type not known to be in 5.1: ${type}`),
  ...script.members
    .filter((member) => {
      const [type = '', name = ''] = member.split('::')
      return type in known.types && !known.types[type]?.members.includes(name)
    })
    .map((member) => `member not known to be in 5.1: ${member}`),
  ...script.calls.flatMap((call) => aboutCall(call, script, own)),
  ...script.functions.flatMap(({ name, mandatory }) =>
    script.calls.some((call) => call.function === name && call.name === 'Invoke-Change') &&
    name !== 'Invoke-Change' &&
    !mandatory.includes('Fence')
      ? [`${name} changes the host without a fence`]
      : [],
  ),
]
