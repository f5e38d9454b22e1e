"""Registers to fetch from: small servers that speak OneRoster REST and SS12000, with faults that can be switched on."""

from tests.support.registers.faults import Faults
from tests.support.registers.oneroster import OneRosterRegister
from tests.support.registers.serving import served
from tests.support.registers.ss12000 import Ss12000Register

__all__ = ["Faults", "OneRosterRegister", "Ss12000Register", "served"]
