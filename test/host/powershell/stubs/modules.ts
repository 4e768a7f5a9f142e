/**
 * The stand-ins for Hyper-V's commands, as script modules of one flavour: functions with the documented parameter
 * sets, types and confirmation, whose work is done by server.ts. What is not documented does not exist.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const FLAVOURS = ['2016', '2019', '2022', '2025'] as const
export type Flavour = (typeof FLAVOURS)[number]

const set = z.strictObject({
  mandatory: z.boolean().optional(),
  position: z.number().int().optional(),
  pipeline: z.boolean().optional(),
  pipelineByName: z.boolean().optional(),
})
const parameter = z.strictObject({
  name: z.string(),
  type: z.string(),
  aliases: z.array(z.string()).optional(),
  values: z.array(z.string()).optional(),
  /** By parameter set; `*` is each of them. */
  sets: z.record(z.string(), set),
})
const command = z.strictObject({
  name: z.string(),
  module: z.string(),
  flavours: z.array(z.enum(FLAVOURS)),
  source: z.array(z.string()),
  defaultSet: z.string().optional(),
  confirmImpact: z.enum(['Medium', 'High']).optional(),
  parameters: z.array(parameter),
})
type Command = z.infer<typeof command>
type Parameter = z.infer<typeof parameter>

const commandsFile = z.strictObject({
  about: z.string(),
  sources: z.record(z.string(), z.string()),
  commands: z.array(command),
})

const all = commandsFile.parse(JSON.parse(readFileSync(join(__dirname, 'commands.json'), 'utf8'))).commands
export const commandsOf = (flavour: Flavour): Command[] =>
  all.filter(({ flavours }) => flavours.includes(flavour))

const attributeOf = (
  name: string,
  { mandatory, position, pipeline, pipelineByName }: z.infer<typeof set>,
) => {
  const parts = [
    ...(name === '*' ? [] : [`ParameterSetName = '${name}'`]),
    ...(mandatory ? ['Mandatory = $true'] : []),
    ...(position === undefined ? [] : [`Position = ${position}`]),
    ...(pipeline ? ['ValueFromPipeline = $true'] : []),
    ...(pipelineByName ? ['ValueFromPipelineByPropertyName = $true'] : []),
  ]
  return `[Parameter(${parts.join(', ')})]`
}

const typeOf = (type: string): string =>
  type
    .replace(/^(nullable\[)?psobject(\[\])?\]?$/, 'psobject$2')
    .replace(/^nullable\[(.*)\]$/, 'System.Nullable[$1]')

const parameterText = ({ name, type, aliases, values, sets }: Parameter): string =>
  [
    ...Object.entries(sets).map(([each, rules]) => attributeOf(each, rules)),
    ...(aliases ? [`[Alias(${aliases.map((alias) => `'${alias}'`).join(', ')})]`] : []),
    ...(values ? [`[ValidateSet(${values.map((value) => `'${value}'`).join(', ')})]`] : []),
    `[${typeOf(type)}] $${name}`,
  ].join('\n        ')

/**
 * What a command may print where only answers belong: a line that looks like one and, where GPU_STUB_NOISE says
 * `Command=N` of this command, N characters.
 */
const noise = (name: string): string =>
  `if ($env:GPU_STUB_NOISE) { [System.Console]::Out.WriteLine('mark 1 ok AAAA'); if ($env:GPU_STUB_NOISE -like '${name}=*') { [System.Console]::Out.WriteLine([string]::new('x', [int] ($env:GPU_STUB_NOISE -split '=')[1])) } }`

/**
 * A cmdlet takes the preferences of whoever calls it, and so does what it asks of others here; a function of a module
 * takes its own module's.
 */
const preferences = (asks: boolean): string =>
  [
    ['ErrorAction', 'ErrorActionPreference'],
    ...(asks
      ? [
          ['WhatIf', 'WhatIfPreference'],
          ['Confirm', 'ConfirmPreference'],
        ]
      : []),
  ]
    .map(
      ([parameter, variable]) =>
        `if (-not $PSBoundParameters.ContainsKey('${parameter}')) { $${variable} = $PSCmdlet.GetVariableValue('${variable}') }`,
    )
    .join('\n        ')

const functionText = ({ name, defaultSet, confirmImpact, parameters }: Command): string => {
  const binding = [
    ...(defaultSet ? [`DefaultParameterSetName = '${defaultSet}'`] : []),
    ...(confirmImpact ? [`SupportsShouldProcess = $true`, `ConfirmImpact = '${confirmImpact}'`] : []),
  ]
  const asks = confirmImpact ? "if (-not $PSCmdlet.ShouldProcess('the host')) { return }\n        " : ''
  return `function ${name} {
    [CmdletBinding(${binding.join(', ')})]
    param(
        ${parameters.map(parameterText).join(',\n        ')}
    )
    process {
        ${preferences(confirmImpact !== undefined)}
        ${asks}${noise(name)}
        Invoke-HyperVStub -Command '${name}' -Bound $PSBoundParameters
    }
}
`
}

/** Stand-ins for what PowerShell itself has. It is not looked for by name, so that a module of every host brings them. */
const BROUGHT: Readonly<Record<string, string>> = { 'Hyper-V': "'Registry', 'Guests'" }

/**
 * Writes the modules of a flavour into `folder`, which then belongs on PSModulePath. What is named in `without`, modules or
 * commands, this host lacks; sessions that were opened before keep it.
 */
export const writeStubModules = (
  folder: string,
  flavour: Flavour,
  stubs: string,
  without: readonly string[] = [],
): void => {
  const commands = commandsOf(flavour)
  for (const name of new Set(commands.map((each) => each.module))) {
    const mine = commands.filter((each) => each.module === name && !without.includes(each.name))
    rmSync(join(folder, name), { recursive: true, force: true })
    if (!without.includes(name)) writeModule(folder, name, { commands: mine, stubs })
  }
}

const writeModule = (
  folder: string,
  name: string,
  { commands, stubs }: { readonly commands: readonly Command[]; readonly stubs: string },
): void => {
  const home = join(folder, name)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, `${name}.psm1`), commands.map(functionText).join('\n'))
  const exported = commands.map((each) => `'${each.name}'`).join(', ')
  writeFileSync(
    join(home, `${name}.psd1`),
    `@{ RootModule = '${name}.psm1'; ModuleVersion = '2.0.0.0'; RequiredModules = @(${BROUGHT[name] ?? ''}); NestedModules = @('${stubs}'); FunctionsToExport = @(${exported}); CmdletsToExport = @() }\n`,
  )
}
