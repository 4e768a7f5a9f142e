import { describe, expect, it } from '@jest/globals'
import { printable, hostWords, secretsIn, withoutSecrets } from '../../../src/core/text/printable'

describe('words of others', () => {
  it('cannot steer a terminal, and stay on their lines', () => {
    expect(printable('one\ntwo \u001b[2J\u202e three\r')).toBe('one\ntwo ?[2J? three?')
  })

  it('are said on one line, with an end', () => {
    expect(hostWords(' one\r\n  two ')).toBe('one two')
    expect(hostWords('x'.repeat(10_000)).length).toBeLessThan(600)
  })
})

describe('secrets', () => {
  it('are those of the chats and of the credentials of hosts and guests', () => {
    const env = {
      ...{ SLACK_BOT_TOKEN: 'one', SLACK_SIGNING_SECRET: 'two', SLACK_APP_TOKEN: 'three' },
      ...{ MicrosoftAppPassword: 'four', HV01_PASSWORD: 'five' },
      ...{ HV01_USER: 'bot', MicrosoftAppId: 'id', PATH: '/bin' },
    }

    expect(secretsIn(env)).toEqual(['one', 'two', 'three', 'four', 'five'])
  })

  it('are taken out, the longer one first where one begins like another', () => {
    expect(withoutSecrets(['hushhush', 'hushhush-more'])('say hushhush-more, hushhush')).toBe(
      'say [redacted], [redacted]',
    )
  })
})
