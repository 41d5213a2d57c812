import './command.css'
