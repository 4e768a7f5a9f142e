/** Text that tries to be more than text: at least 300 strings, each once. */

/** Every character that PowerShell takes for a quote. Source: about_Quoting_Rules, and its tokenizer. */
const QUOTES = ["'", '\u2018', '\u2019', '\u201a', '\u201b', '"', '\u201c', '\u201d', '\u201e']
/** Every character that it takes for a dash. */
const DASHES = ['-', '\u2013', '\u2014', '\u2015']
const BREAKS = ['\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029']

/** Statements that leave a trace if they ever run. */
const statements = (trace: string): string[] => [
  `[System.IO.File]::WriteAllText('${trace}','x')`,
  `Invoke-Expression "[System.IO.File]::WriteAllText('${trace}','x')"`,
  `& { [System.IO.File]::AppendAllText("${trace}", 'x') }`,
  `$global:Trace = 1; [System.IO.File]::WriteAllText('${trace}','x')`,
  'throw "executed"',
  'exit 7',
]

/** Ways out of where a string could stand. */
const escapes = (statement: string): string[] => [
  statement,
  `$(${statement})`,
  `@(${statement})`,
  `\${${statement}}`,
  `; ${statement}; #`,
  `| ForEach-Object { ${statement} }`,
  `|| ${statement}`,
  `&& ${statement}`,
  `) ; ${statement} ; (`,
  `} ; ${statement} ; {`,
  `\`"; ${statement}; \`"`,
  ...QUOTES.flatMap((quote) => [`${quote}; ${statement}; ${quote}`, `${quote}${quote}+$(${statement})`]),
  ...BREAKS.map((brk) => `x${brk}${statement}${brk}`),
  `'@\n${statement}\n@'`,
  `"@\n${statement}\n@"`,
]

const LOOKALIKES = [
  ...DASHES.flatMap((dash) => [
    `${dash}Force`,
    `${dash}VmId:x`,
    `${dash}ErrorAction SilentlyContinue`,
    `${dash}${dash}%`,
  ]),
  '--% calc',
  '-',
  '--',
  '*',
  '?',
  '[a-z]*',
  '[[]',
  '`*',
  '$null',
  '$true',
  '$PSHome',
  '$env:PATH',
  '${env:PATH}',
  '@args',
  '@{a=1}',
  '{0}',
  '{0:x}',
  '%PATH%',
  '$Matches',
  '\\A.*\\z',
  '(.*)*$',
  '{"done":true}',
  '["a"]',
  'null',
  'vm *',
  'device *',
  'm1 3 ok AAAA',
  'cancel 1',
  'close hv01/change',
  'call 1 hv01/change Stop-GpuVm',
  'ok',
  's:AAAA',
  'f:',
  'c:env:HOME',
  'env:HOME',
  'vault:Any/Thing',
  '..\\..\\Windows',
  '../../etc/passwd',
  'C:\\Windows\\System32\\calc.exe',
  '\\\\server\\share',
  'HKLM:\\SOFTWARE',
  'function:prompt',
  'variable:ErrorActionPreference',
  '\\\\?\\C:\\',
  'CON',
  'nul:',
]

const NUMBERS = [
  '-1',
  '1e9',
  '0x10',
  '1kb',
  '1,5',
  '1_000',
  '٣',
  '𝟙',
  'NaN',
  'Infinity',
  '18446744073709551616',
]

const CONTROLS = [
  ...Array.from({ length: 32 }, (_, code) => `a${String.fromCharCode(code)}b`),
  'a\u007fb',
  '\u001b[31mred\u001b[0m',
  '\u001b]0;title\u0007',
]

const UNICODE = [
  '\u202eetirw\u202c',
  '\u2066x\u2069',
  'a\u200bb',
  'a\u200db',
  '\ufeffbom',
  'e\u0301',
  '\u00e9',
  'Ａ',
  'ﬀ',
  'İi',
  '仮想',
  'हिन्दी',
  '🎉',
  '👩\u200d🔬',
  '\u{10ffff}',
  '\ufffe',
  '\ufffd',
]

const LENGTHS = ['', ' ', '\t', '  x  ', `'"$(x);\u2019é`.repeat(11_000)]

/** Not text at all: half of a pair. */
export const HALVES = ['\ud800', '\udfff', 'a\udc00b', '\ud83d', '\udc00\ud800']

/** `trace`: a file that none of them may ever make. */
export const corpus = (trace: string): string[] => [
  ...new Set([
    ...statements(trace).flatMap(escapes),
    ...LOOKALIKES,
    ...NUMBERS,
    ...CONTROLS,
    ...UNICODE,
    ...LENGTHS,
  ]),
]
