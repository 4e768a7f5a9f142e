// Every connection that is not loopback is refused, so that no test can reach the world by accident.
import { afterAll, beforeAll } from '@jest/globals'
import nock from 'nock'

beforeAll(() => {
  nock.disableNetConnect()
  nock.enableNetConnect(/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/)
})

afterAll(() => {
  nock.cleanAll()
  nock.restore()
})
