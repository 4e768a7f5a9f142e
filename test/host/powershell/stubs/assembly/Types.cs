namespace Microsoft.HyperV.PowerShell;

// The properties are those that the Hyper-V reference and the module's own metadata name, as far as the simulated
// fleet knows their values; the others of the real types are left out rather than invented.

public class VirtualizationException(string message) : Exception(message);

public abstract class VirtualizationObject
{
    public string? ComputerName { get; set; }
    public bool IsDeleted { get; set; }
}

/// <summary>As Windows Server 2016 shows it, which makes no automatic checkpoints.</summary>
public class VirtualMachine : VirtualizationObject
{
    public Guid Id { get; set; }
    public string? Name { get; set; }
    public VMState State { get; set; }
    public int Generation { get; set; }
    public bool IsClustered { get; set; }
    public bool DynamicMemoryEnabled { get; set; }
    public long MemoryStartup { get; set; }
    public long MemoryMinimum { get; set; }
    public StopAction AutomaticStopAction { get; set; }
    public Guid? ParentSnapshotId { get; set; }
    public bool GuestControlledCacheTypes { get; set; }
    public uint LowMemoryMappedIoSpace { get; set; }
    public ulong HighMemoryMappedIoSpace { get; set; }
    public VMHeartbeatStatus? Heartbeat { get; set; }
    public VMReplicationMode? ReplicationMode { get; set; }

    public override string ToString() => $"VirtualMachine (Name = '{Name}') [Id = '{Id}']";
}

/// <summary>As newer ones show it.</summary>
public class NewerVirtualMachine : VirtualMachine
{
    public bool AutomaticCheckpointsEnabled { get; set; }
}

public class VMSnapshot : VirtualizationObject
{
    public Guid Id { get; set; }
    public string? Name { get; set; }
    public SnapshotType SnapshotType { get; set; }
    public Guid VMId { get; set; }
    public string? VMName { get; set; }
}

public class VMHost : VirtualizationObject
{
    public string? Name { get; set; }
    public string? FullyQualifiedDomainName { get; set; }
    public bool IovSupport { get; set; }
    public string[]? IovSupportReasons { get; set; }
}

public class VMHostAssignableDevice : VirtualizationObject
{
    public string? InstanceID { get; set; }
    public string? LocationPath { get; set; }
}

public abstract class VMComponentObject : VirtualizationObject
{
    public string? Name { get; set; }
    public string? Id { get; set; }
    public Guid VMId { get; set; }
    public string? VMName { get; set; }
    public Guid VMSnapshotId { get; set; }
    public string? VMSnapshotName { get; set; }
}

public class VMAssignedDevice : VMComponentObject
{
    public string? InstanceID { get; set; }
    public string? LocationPath { get; set; }
    public string? ResourcePoolName { get; set; }
    public ushort VirtualFunction { get; set; }
}

public class VMIntegrationComponent : VMComponentObject
{
    public bool Enabled { get; set; }
    public VMIntegrationComponentOperationalStatus? PrimaryOperationalStatus { get; set; }
}

public class VMResourcePool : VirtualizationObject
{
    public string? Name { get; set; }
    public VMResourcePoolType ResourcePoolType { get; set; }
}

public class VMNetworkAdapter : VMComponentObject
{
    public string[]? IPAddresses { get; set; }
}
