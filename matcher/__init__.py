"""Decides: who fits whom (engine), who may do what (policy), which state follows which (lifecycles), each use case."""
