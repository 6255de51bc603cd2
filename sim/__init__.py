"""Signal and plant models, and faults laid over them: pure functions of time and seed that never read a clock."""
