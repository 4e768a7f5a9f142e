/** What an administrator runs on a host, as far as it can be run away from Windows: its texts, and what it makes of others. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeKeys, withSshd } from '../../fakes/sshd'
import { makeTempDir, removeTempDir } from '../../fakes/temp'
import { openShell, quoted, type Shell } from './probe'
import { withEngine } from './pwsh'
import { MODULE } from './stubs/windows'

const FOLDER = join(MODULE, '..')
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((each) =>
  /\.(ps|sshd)/.test(each),
)

describe('the files for a host', () => {
  it.each(files)('are in ASCII, which every PowerShell reads alike: %s', (file) => {
    expect(readFileSync(join(FOLDER, file), 'latin1')).toMatch(/^[\n -~]*$/)
  })
})

/** As Windows writes it at the first start of sshd, without its comments. */
const WINDOWS = [
  'AuthorizedKeysFile\t.ssh/authorized_keys',
  'Subsystem\tsftp\tsftp-server.exe',
  '',
  'Match User *',
  '       AuthorizedKeysFile /ProgramData/ssh/administrators_authorized_keys',
  '',
].join('\r\n')

withEngine('registration', ({ program }) => {
  const dir = makeTempDir()
  let shell: Shell
  beforeAll(() => {
    shell = openShell({ program, dir, env: process.env })
  })
  afterAll(async () => {
    await shell.close()
    removeTempDir(dir)
  })
  const engine = (script: string): Promise<string[]> => shell.run(script)
  const library = quoted(join(FOLDER, 'Registration.ps1'))
  const block = readFileSync(join(FOLDER, 'GpuChatOps.sshd_config'), 'utf8')
    .replaceAll('COMMAND', 'C:/pwsh.exe -sshs -ConfigurationFile C:/GpuChatOps.Ssh.pssc')
    .replaceAll('ACCOUNT', 'bot')
    .replaceAll('KEYS', '/ProgramData/ssh/gpuchatops_authorized_keys')

  /** The configuration after `commands`, in which $text is the one before and $block ours. */
  const edited = async (text: string, commands: string): Promise<string> => {
    const paths = ['text', 'block', 'after'].map((each) => join(dir, each)) as [string, string, string]
    writeFileSync(paths[0], text)
    writeFileSync(paths[1], block)
    const read = (path: string): string => `[System.IO.File]::ReadAllText(${quoted(path)})`
    await engine(`. ${library}
      $text = ${read(paths[0])}
      $block = ${read(paths[1])}
      [System.IO.File]::WriteAllText(${quoted(paths[2])}, (${commands}))`)
    return readFileSync(paths[2], 'utf8')
  }

  it('is of scripts that PowerShell can read', async () => {
    const printed = await engine(
      files
        .filter((each) => /\.ps[md]?1$/.test(each))
        .map((each) => {
          const path = quoted(join(FOLDER, each))
          return `$found = $null; [void] [System.Management.Automation.Language.Parser]::ParseFile(${path}, [ref] $null, [ref] $found); "${each}: $(@($found).Count)"`
        })
        .join('\n'),
    )

    expect(printed).toContain('Register-GpuChatOps.ps1: 0')
    expect(printed.filter((line) => !line.endsWith(': 0'))).toEqual([])
  })

  it.each([
    ['Register-GpuChatOps.ps1', '-Group HV01\\gpu'],
    ['Unregister-GpuChatOps.ps1', ''],
  ])('does nothing where there is no Windows: %s', async (script, parameters) => {
    const printed = await engine(
      `try { & ${quoted(join(FOLDER, script))} ${parameters} } catch { "stopped: $_" }`,
    )

    expect(printed).toEqual(['stopped: This host is not Windows.'])
  })

  it('leaves an allow-list that allows nothing', async () => {
    const lines = (await engine(`. ${library}; Get-AllowHeader`)).flatMap((each) => each.split(/\r?\n/))

    expect(lines.length).toBeGreaterThan(3)
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([])
  })

  withSshd('the configuration of sshd', () => {
    let hostKey: string
    beforeAll(() => {
      hostKey = makeKeys(join(dir, 'host_key')).file
    })
    /** As sshd itself reads it, for one user. */
    const readFor = (user: string, text: string): string[] => {
      const file = join(dir, 'sshd_config')
      writeFileSync(file, `HostKey ${hostKey}\n${text.replaceAll('\r', '')}`)
      const where = ['-C', `user=${user},host=x,addr=127.0.0.1`]
      return execFileSync('/usr/sbin/sshd', ['-T', '-f', file, ...where], { encoding: 'utf8' }).split('\n')
    }

    it('gives the account its command and keys of its own, and leaves every other as it was', async () => {
      const after = await edited(WINDOWS, 'Add-SshdBlock $text $block')

      expect(readFor('bot', after)).toEqual(
        expect.arrayContaining([
          'forcecommand C:/pwsh.exe -sshs -ConfigurationFile C:/GpuChatOps.Ssh.pssc',
          'authorizedkeysfile /ProgramData/ssh/gpuchatops_authorized_keys',
          'permittty no',
        ]),
      )
      expect(readFor('administrator', after)).toEqual(
        readFor(
          'administrator',
          WINDOWS.replace(
            'Match',
            'Subsystem powershell C:/pwsh.exe -sshs -ConfigurationFile C:/GpuChatOps.Ssh.pssc\nMatch',
          ),
        ),
      )
    })

    it.each([
      ['twice is as once', 'Add-SshdBlock (Add-SshdBlock $text $block) $block', 'Add-SshdBlock $text $block'],
      ['and removed is as before', 'Remove-SshdBlock (Add-SshdBlock $text $block)', '$text'],
    ])('edited %s', async (_, one, other) => {
      expect(await edited(WINDOWS, one)).toBe(await edited(WINDOWS, other))
    })

    it('keeps a subsystem of that name, since sshd takes no two', async () => {
      const before = `Subsystem powershell C:/other.exe -sshs\r\n${WINDOWS}`
      const after = await edited(before, 'Add-SshdBlock $text $block')

      expect(readFor('bot', after).filter((line) => line.startsWith('subsystem powershell'))).toEqual([
        'subsystem powershell C:/other.exe -sshs',
      ])
    })

    it('may end without a line end, and without a Match', async () => {
      const after = await edited('PasswordAuthentication yes', 'Add-SshdBlock $text $block')

      expect(readFor('bot', after)).toContain('passwordauthentication no')
      expect(readFor('other', after)).toContain('passwordauthentication yes')
    })
  })
})
