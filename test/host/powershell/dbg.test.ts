import { it } from '@jest/globals'
import { spawnSync, execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { startSshd } from './sshd'
it('x', async () => {
  const dir = mkdtempSync('/tmp/h/jx/t/s')
  const s = await startSshd(dir, { command: ['/bin/sh','-c','echo forced "$SSH_ORIGINAL_COMMAND" $A; ps -o pid,pgid,sid,args -e | grep -E "ssh|forced"'], env: { A: 'it' + "'s" } })
  writeFileSync(dir+'/kh', `[127.0.0.1]:${s.port} ${s.hostKey}\n`)
  for (const extra of [['id'], ['-s','sftp'], ['-s','powershell'], ['-s','nope'], ['-tt','id']]) {
    const args = ['-F','none','-o','BatchMode=yes','-o','UserKnownHostsFile='+dir+'/kh','-i',s.keyFile,'-p',String(s.port), s.user+'@127.0.0.1', ...extra]
    const r = await new Promise((res)=>{ const c = execFile('ssh', args, (e,so,se)=>res({so,se,e:e?.message})); c.stdin!.end() })
    console.log(extra, r)
  }
  await s.close()
})
