"""My work: what is for one person to do, late, due, and waiting for whom (X-MYWORK)."""
