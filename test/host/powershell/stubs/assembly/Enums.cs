namespace Microsoft.HyperV.PowerShell;

// Names and numbers are those of the Hyper-V module (dsccommunity/HyperVDsc, Hyper-V.stubs.psm1, module 2.0.0.0).
// Windows PowerShell 5.1 writes them into JSON as numbers, which is why the numbers matter.

public enum VMState
{
    Other = 1,
    Running = 2,
    Off = 3,
    Stopping = 4,
    Saved = 6,
    Paused = 9,
    Starting = 10,
    Reset = 11,
    Saving = 32773,
    Pausing = 32776,
    Resuming = 32777,
    FastSaved = 32779,
    FastSaving = 32780,
    ForceShutdown = 32781,
    ForceReboot = 32782,
    Hibernated = 32783,
    ComponentServicing = 32784,
    RunningCritical = 32785,
    OffCritical = 32786,
    StoppingCritical = 32787,
    SavedCritical = 32788,
    PausedCritical = 32789,
    StartingCritical = 32790,
    ResetCritical = 32791,
    SavingCritical = 32792,
    PausingCritical = 32793,
    ResumingCritical = 32794,
    FastSavedCritical = 32795,
    FastSavingCritical = 32796,
}

public enum StartAction { Nothing = 2, StartIfRunning = 3, Start = 4 }

public enum StopAction { TurnOff = 2, Save = 3, ShutDown = 4 }

public enum CheckpointType { Disabled = 2, Production = 3, ProductionOnly = 4, Standard = 5 }

public enum CriticalErrorAction { None = 0, Pause = 1 }

// Of these three the names alone are used, in texts.
public enum VMHeartbeatStatus
{
    Unknown,
    Disabled,
    NoContact,
    Error,
    LostCommunication,
    OkApplicationsUnknown,
    OkApplicationsHealthy,
    OkApplicationsCritical,
    Paused,
}

/// <summary>Names: Hyper-V reference, Get-VMReplication.</summary>
public enum VMReplicationMode { None, Primary, Replica, TestReplica, ExtendedReplica }

public enum VMResourcePoolType { Memory, Processor, Ethernet, VHD, ISO, VFD, FibreChannelPort, FibreChannelConnection, PciExpress }

/// <summary>The numbers are those of CIM (Msvm_ShutdownComponent, OperationalStatus).</summary>
public enum VMIntegrationComponentOperationalStatus
{
    Ok = 2,
    Degraded = 3,
    Error = 6,
    NonRecoverableError = 7,
    NoContact = 12,
    LostCommunication = 13,
    Dormant = 15,
}

public enum OnOffState { On = 0, Off = 1 }

public enum EnhancedSessionTransportType { VMBus = 0, HvSocket = 1 }

public enum SnapshotType
{
    Standard = 0,
    Recovery = 1,
    Planned = 2,
    Missing = 5,
    Replica = 6,
    AppConsistentReplica = 7,
    SyncedReplica = 8,
}
