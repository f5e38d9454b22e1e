"""Registers to fetch from: small servers of OneRoster REST, SS12000 and STIL's SOAP, with faults to switch on."""

from tests.support.registers.faults import Faults
from tests.support.registers.oneroster import OneRosterRegister
from tests.support.registers.serving import served
from tests.support.registers.ss12000 import Ss12000Register
from tests.support.registers.stil import StilRegister

__all__ = ["Faults", "OneRosterRegister", "Ss12000Register", "StilRegister", "served"]
