"""The trainer: teachers, students, Graph Flow distillation. The only importer of torch."""
