import { describe, expect, it } from '@jest/globals'
import { callLine, hear, openLine } from '../../../src/host/powershell/engine/wire'

const encoded = (text: string) => Buffer.from(text, 'utf8').toString('base64')

describe('a request', () => {
  it('is one line of ASCII, whatever its parameters hold', () => {
    const hostile = "'; Remove-VM *\n$(x) \u2019\u201c \u0000 \ud83d\ude00"

    const line = callLine('7', {
      session: 'hv01/read',
      command: 'Get-Thing',
      parameters: { Text: hostile, Count: 42, Force: true, Quiet: false, Names: [hostile, 'b'], None: [] },
    })

    expect(line).toMatch(/^[ -~]+$/)
    expect(line.split(' ')).toEqual([
      'call',
      '7',
      'hv01/read',
      'Get-Thing',
      `Text=s:${encoded(hostile)}`,
      'Count=l:42',
      'Force=f:',
      `Names=a:${encoded(hostile)},${encoded('b')}`,
    ])
  })

  it('to open a session names the module by its folder', () => {
    expect(openLine('hv01/read', { kind: 'local', module: '/a folder/GpuChatOps' })).toBe(
      `open hv01/read local Module=s:${encoded('/a folder/GpuChatOps')}`,
    )
  })
})

describe('a line of the engine', () => {
  it.each([
    ['m ready', { kind: 'ready' }],
    [
      `m 3 ok ${encoded('{"a":"ü"}')}`,
      { kind: 'answer', id: '3', answer: { kind: 'ok', json: '{"a":"ü"}' } },
    ],
    [
      `m 3 error ${encoded('Busy')} ${encoded('try later')}`,
      { kind: 'answer', id: '3', answer: { kind: 'error', code: 'Busy', message: 'try later' } },
    ],
    [`m 3 lost ${encoded('gone')}`, { kind: 'answer', id: '3', answer: { kind: 'lost', why: 'gone' } }],
  ])('%s is understood', (line, heard) => {
    expect(hear('m', line)).toEqual(heard)
  })

  it.each([
    'Welcome to PowerShell',
    '',
    'm',
    'n 3 ok YQ==',
    'm 3 fine YQ==',
    'm 3 ok not*base64',
    'WARNING: m 3 ok YQ==',
  ])('%j is noise', (line) => {
    expect(hear('m', line)).toEqual({ kind: 'noise', text: line })
  })
})
