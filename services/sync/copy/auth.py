"""Who may read the log of copies: those who follow the register. Who may erase: those who load it."""

from services.sync.upload.auth import UploadsRead, UploadsWrite

CopiesRead = UploadsRead
CopiesWrite = UploadsWrite
