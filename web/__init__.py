"""The portal: what a patient, a researcher, an insurer and a merchant see."""
