"""The closed word lists of the copy log."""

from enum import StrEnum


class Medium(StrEnum):
    """Where a copy lies. The last three can be carried away, so they must be encrypted."""

    server = "server"
    cloud = "cloud"
    mailbox = "mailbox"
    workstation = "workstation"
    usb_drive = "usb_drive"
    external_disk = "external_disk"
    tape = "tape"


PHYSICAL = (Medium.usb_drive, Medium.external_disk, Medium.tape)


class EnvironmentKind(StrEnum):
    test = "test"
    migration = "migration"
    training = "training"
