import { withEngine } from '../../host/powershell/pwsh'
import { describeFlavour } from './flavour'

withEngine('Windows Server 2019', (found) => describeFlavour(found, { flavour: '2019' }))
